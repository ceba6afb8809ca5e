"""What pay for each started block may get wrong: a size, a pay, and nothing beside them."""

from collections.abc import Iterator

from commissions.engine.decimals import canonical
from commissions.engine.errors import PlanError
from commissions.engine.schema import Against, Component, Pays, Step
from commissions.engine.words import told


def in_blocks(row: Component | Step) -> bool:
    """Whether a row, or a flat component, says anything of blocks."""
    return row.pay_per_block is not None or row.block is not None


def check_block(component: Component, row: Component | Step, path: str) -> Iterator[PlanError]:
    """Errors of a row that says something of blocks, apart from how many decimals its numbers have."""
    if component.pays is Pays.TARGET:
        said = told("A target is paid in shares, not by the block. Write `rate: 1`, say.")
        yield PlanError(f"{path}.pay_per_block", said)
        return
    for key in ("rate", "pay_per_unit"):
        if getattr(row, key) is not None:
            said = told("A row pays by the block or at a rate, not both. Remove `%(key)s`, or the block.", key=key)
            yield PlanError(f"{path}.{key}", said)
    size = "10%" if component.against is Against.QUOTA else "1000"
    if row.block is None:
        yield PlanError(f"{path}.block", told("A block needs a size. Write `block: %(size)s`, say.", size=size))
    elif row.block <= 0:
        said = told(
            "%(value)s is no size of a block. Write one above 0, such as `block: %(size)s`.",
            value=canonical(row.block),
            size=size,
        )
        yield PlanError(f"{path}.block", said)
    if row.pay_per_block is None:
        said = told("A started block needs its pay. Write `pay_per_block: 5`, say.")
        yield PlanError(f"{path}.pay_per_block", said)
