"""Every error of a plan: its path, its reason, and what to do."""

from typing import Any

import pytest

from commissions.engine.document import PlanInvalid, from_json, load_plan


def errors_of(text: str) -> list[str]:
    with pytest.raises(PlanInvalid) as refused:
        load_plan(text)
    return [str(error) for error in refused.value.errors]


def of_component(keys: str) -> list[str]:
    return errors_of(f"{{plan: A, currency: USD, period: month, components: [{{key: a, name: A, {keys}}}]}}")


COMPONENTS = [
    (
        "rate: 5%, colour: red",
        "components[0].colour: Unknown key colour. Did you mean columns? Known here: key, name, credit, when, base,",
    ),
    ("rate: 5%, whn: x", "components[0].whn: Unknown key whn. Did you mean when? Known here: key, name,"),
    ("base: deal.amount", "components[0].rate: It says no rate. Write `rate: 5%`, or tiers and a curve."),
    (
        "rate: abc",
        "components[0].rate: 'abc' is not a number. Write digits and a decimal point, such as 5%, 0.05 or 1250.",
    ),
    ("rate: 1e400", "components[0].rate: '1e400' is not a number."),
    ("rate: .nan", "components[0].rate: '.nan' is not a number."),
    ("rate: true", "components[0].rate: true is not a number."),
    ("rate: '5,5%'", "components[0].rate: '5,5%' is not a number."),
    ("rate: 5000", "components[0].rate: 5000 means 500000%; 1000% is the most. Was 5000% meant?"),
    ("rate: 5000%", "components[0].rate: 50 means 5000%; 1000% is the most. Was 50% meant?"),
    ("rate: 5.12345678%", "components[0].rate: It has more than 7 decimals in percent. Round it."),
    (f"rate: 0.{'1' * 60}", "is too long for a number. Write at most 40 digits."),
    (
        "curve: [{from: 0, rate: 5%}]",
        "components[0].tiers: A curve has rows, but not how to read them. Write `tiers: marginal`",
    ),
    ("tiers: marginal, window: month", "components[0].curve: marginal needs 1 or more rows. Add `- {from: 0, …}`."),
    (
        "tiers: interpolated, window: month, curve: [{from: 0, pay: 0}]",
        "components[0].curve: interpolated needs 2 or more rows.",
    ),
    (
        "tiers: marginal, curve: [{from: 0, rate: 5%}]",
        "components[0].window: Tiers need a window to add up in. Write `window: quarter`, or deal, month, year.",
    ),
    (
        "tiers: marginal, window: month, rate: 5%, curve: [{from: 0, rate: 5%}]",
        "components[0].rate: One rate is for a flat component.",
    ),
    (
        "window: month, pays: target, against: quota, rate: 1, spiff: {from: 2026-03-01, until: 2026-04-01, first: 5}",
        "components[0].pays: A first so many, or a budget, is of money. Remove `pays`.",
    ),
    (
        "credit: {of: team}, window: month, against: quota, pays: target, rate: 1, pool: {share: equal}",
        "components[0].pays: A target is of one payee, and a pool of many. Remove `pays`.",
    ),
    (
        (
            "credit: {of: team}, window: month, rate: 1%, pool: {share: equal}, "
            "multiply: {kpi: csat, curve: [{from: 0%, times: 50%}, {from: 80%, times: 100%}]}"
        ),
        "components[0].multiply: What multiplies is of one payee, and a pool of many. Remove `multiply`.",
    ),
    (
        "rate: 5%, spiff: {until: 2026-04-01, budget: 5}",
        "components[0].spiff.from: The deals that share it need a first day and an end. Write both `from` and `until`.",
    ),
    (
        "tiers: sliding, window: month",
        "components[0].tiers: 'sliding' isn't known here. Write one of: flat, marginal, retroactive, ",
    ),
    ("window: negative, rate: 5%", "components[0].window: 'negative' isn't known here. Write one of: deal, month,"),
    (
        "tiers: marginal, window: month, curve: [{from: 10, rate: 5%}]",
        "components[0].curve[0].from: The first row must start at 0, so that each amount has one. Add it.",
    ),
    (
        "tiers: marginal, window: month, curve: [{from: 0, rate: 5%}, {from: 20, rate: 6%}, {from: 10, rate: 7%}]",
        "components[0].curve[2].from: 10 comes after 20: rows must rise. Sort them.",
    ),
    (
        "tiers: marginal, window: month, curve: [{from: 0, rate: 5%}, {from: 20, rate: 6%}, {from: 20, rate: 7%}]",
        "components[0].curve[2].from: Two rows start at 20, so both would apply. Remove or move one.",
    ),
    (
        "tiers: interpolated, window: month, curve: [{from: 0, pay: 0}, {from: 9, pay: 1}, {from: 9, pay: 2}, {from: 9, pay: 3}]",  # noqa: E501
        "components[0].curve[2].from: Two rows start at 9",
    ),
    (
        "tiers: interpolated, window: month, curve: [{from: 0, pay: 0}, {from: 0, pay: 1}]",
        "components[0].curve[1].from: Two rows start at 0",
    ),
    (
        "tiers: interpolated, window: month, curve: [{from: 0, pay: 5}, {from: 9, pay: 9}]",
        "components[0].curve[0].pay: Nothing sold must pay nothing: a credit pays a difference. Write 0.",
    ),
    (
        "tiers: interpolated, window: month, curve: [{from: 0, pay: 0}, {from: 9, rate: 5%}]",
        "components[0].curve[1].pay: pay is missing. Write `{from: …, pay: …}`.",
    ),
    (
        "tiers: marginal, window: month, curve: [{from: 0, rate: 5%, pay: 5}]",
        "components[0].curve[0]: A row of marginal tiers says `rate` alone. Remove the other key.",
    ),
    (
        "tiers: marginal, window: month, curve: [{from: 0, rate: 5%}, {from: 50%, rate: 6%}]",
        "components[0].curve[1].from: 50% of what? Add `against: quota` to this component, or write money.",
    ),
    (
        "tiers: marginal, window: month, curve: [{from: 0, rate: 5%}, {from: 1.005, rate: 6%}]",
        "components[0].curve[1].from: 1.005 has more than the 2 decimals of USD. Round it first.",
    ),
    (
        "tiers: marginal, window: month, against: quota, curve: [{from: 0, rate: 5%}, {from: 50, rate: 6%}]",
        "components[0].curve[1].from: 50 means 5000% of quota; 1000% is the most. Was 50% meant?",
    ),
    (
        "tiers: marginal, window: month, against: quota, curve: [{from: 0, rate: 5%}, {from: 33.33333333%, rate: 6%}]",
        "components[0].curve[1].from: It has more than 7 decimals in percent. Round it.",
    ),
    (
        "tiers: marginal, window: deal, against: quota, curve: [{from: 0, rate: 5%}]",
        "components[0].window: A quota belongs to a month or more, not to a deal. Write `window: quarter`, say.",
    ),
    ("tiers: marginal, window: month, curve: [{rate: 5%}]", "components[0].curve[0].from: from is missing. Add it."),
    ("rate: 5%, cap: {per: month}", "components[0].cap.amount: amount is missing. Add it."),
    (
        "rate: 5%, cap: {per: month, amount: 0}",
        "components[0].cap.amount: A cap must be more than 0. To pay nothing, remove the component.",
    ),
    (
        "rate: 5%, cap: {per: month, amount: 0.001}",
        "components[0].cap.amount: 0.001 has more than the 2 decimals of USD.",
    ),
    (
        "rate: 5%, cap: {per: month, amount: 50%}",
        "components[0].cap.amount: 50% is no amount of money. Write one, such as 1250.",
    ),
    (
        "tiers: interpolated, window: month, curve: [{from: 0, pay: 0}, {from: 9, pay: 50%}]",
        "components[0].curve[1].pay: 50% is no amount of money.",
    ),
    (
        "rate: 5%, base: deal.amount - 10%",
        "components[0].base: At character 1: A percentage is no amount of money. Multiply by it, such as",
    ),
    (
        "rate: 5%, when: deal.amout > 5",
        "components[0].when: At character 1: Unknown field deal.amout. Did you mean deal.amount? Known fields:",
    ),
    (
        "rate: 5%, base: deal.quantity",
        "components[0].base: At character 1: An amount of money of the deal is needed, but this is a number.",
    ),
    ("rate: 5%, credit: {roles: []}", "components[0].credit.roles: It is empty. Write at least one."),
    (
        "rate: 5%, credit: {trigger: shipped}",
        "components[0].credit.trigger: 'shipped' isn't known here. Write one of: booked, invoiced, paid, paid_in_full.",
    ),
]


@pytest.mark.parametrize(("keys", "message"), COMPONENTS, ids=[keys[:60] for keys, _ in COMPONENTS])
def test_an_error_in_a_component_names_its_path_its_reason_and_the_remedy(keys: str, message: str) -> None:
    errors = of_component(keys)
    assert any(error.startswith(message) or message in error for error in errors), errors


HEAD = "plan: A\ncurrency: USD\nperiod: month\ncomponents: [{key: a, name: A, rate: 5%}]\n"
DOCUMENTS = [
    ("", ": A plan is a set of keys: plan, currency, period, components. Start with `plan: NAME`."),
    ("- 1", "A plan is a set of keys"),
    ("plan: A", "currency: currency is missing. Add it."),
    (HEAD.replace("USD", "EURO"), "currency: EURO is not a currency. Write its ISO 4217 code, such as USD or IDR."),
    (
        HEAD.replace("period: month", "period: week"),
        "period: 'week' isn't known here. Write one of: month, quarter, half, year.",
    ),
    (HEAD + "format: 2", "format: 2 isn't known here. Write one of: 1."),
    (
        HEAD.replace("key: a", "key: A B"),
        "components[0].key: 'A B' is no key. Write small letters, digits and hyphens, such as new-business.",
    ),
    (
        HEAD.replace("key: a", "key: payable"),
        "components[0].key: payable has a meaning of its own in examples. Choose another key.",
    ),
    (
        HEAD.replace("rate: 5%}", "rate: 5%}, {key: a, name: B, rate: 6%}"),
        "components[1].key: components[0] is called a too. Choose another key.",
    ),
    (HEAD.replace("[{key: a, name: A, rate: 5%}]", "[]"), "components: It is empty. Write at least one."),
    (HEAD.replace("name: A", "name: {}"), "components[0].name: {} doesn't fit here. Write a text."),
]


@pytest.mark.parametrize(("text", "message"), DOCUMENTS)
def test_an_error_in_the_document_names_its_path_its_reason_and_the_remedy(text: str, message: str) -> None:
    assert any(message.removeprefix(": ") in error for error in errors_of(text))


EXAMPLES = [
    ("name: x, expect: {2026-13: {a: 5}}", "examples[0].expect.2026-13: '2026-13' is no period."),
    (
        "name: x, expect: {2026-01: {b: 5}}",
        "examples[0].expect.2026-01.b: There is no component b. Known: a, payable, owed, held.",
    ),
    (
        "name: x, expect: {2026-01: {a: 5.001}}",
        "examples[0].expect.2026-01.a: 5.001 has more than the 2 decimals of USD.",
    ),
    (
        "name: x, expect: {2026-01: 5}",
        "examples[0].expect.2026-01: 5 doesn't fit here. Write keys with their values,",
    ),
    ("name: x, expect: {2026-01: {a: {b: 5}}}", "examples[0].expect.2026-01.a: Write an amount, such as 3300."),
    ("name: x", "examples[0].expect: expect is missing. Add it."),
    (
        "name: x, payees: {ana: {}}, expect: {ben: {2026-01: {a: 5}}}",
        "examples[0].expect.ben: ben isn't a payee of this example. Known: ana.",
    ),
    (
        "name: x, payees: {ana: {}}, expect: {ana: {2026-01: 5}}",
        "examples[0].expect.ana.2026-01: Say what each component pays",
    ),
    (
        "name: x, payee: {}, payees: {ana: {}}, expect: {}",
        "examples[0].payees: Say either `payee` for one or `payees` for several.",
    ),
    ("name: x, payee: {quota: {January: 5}}, expect: {}", "examples[0].payee.quota.January: 'January' is no period."),
    (
        "name: x, payee: {quota: 5.001}, expect: {}",
        "examples[0].payee.quota: 5.001 has more than the 2 decimals of USD.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1}, {id: 1, closed: 2026-01-01, amount: 1}], expect: {}",
        "examples[0].deals[1].id: Two deals are called 1. Rename one; a refund is a deal of its own.",
    ),
    (
        "name: x, deals: [{id: 1, closed: soon, amount: 1}], expect: {}",
        "examples[0].deals[0].closed: 'soon' doesn't fit here. Write a day such as 2026-01-31.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, currency: EURO}], expect: {}",
        "examples[0].deals[0].currency: EURO is not a currency.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 0.5, currency: JPY}], expect: {}",
        "examples[0].deals[0].amount: 0.5 has more than the 0 decimals of JPY.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, splits: {payee: 80%, ben: 50%}}], expect: {}",
        "examples[0].deals[0].splits: The shares add up to 130%. Make it 100%.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, splits: {payee: 60, ben: 40}}], expect: {}",
        "examples[0].deals[0].splits.payee: 60 is no share. Write one such as 60%.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, splits: {ana: 50%, ben: 50%}}], expect: {}",
        "examples[0].deals[0].splits: None of them is a payee of this example: payee. Add one.",
    ),
    (
        "name: x, payees: {ana: {}, ben: {}}, deals: [{id: 1, closed: 2026-01-01, amount: 1}], expect: {}",
        "examples[0].deals[0].owner: Whose deal is it? Add `owner: NAME` or `splits`; payees: ana, ben.",
    ),
    (
        "name: x, payees: {ana: {}}, deals: [{id: 1, closed: 2026-01-01, amount: 1, owner: zoe}], expect: {}",
        "examples[0].deals[0].owner: zoe isn't a payee of this example. Known: ana.",
    ),
    (
        "name: x, payees: {a: {}}, deals: [{id: 1, closed: 2026-01-01, amount: 1, owner: a, splits: {a: 100%}}], expect: {}",  # noqa: E501
        "examples[0].deals[0].owner: `splits` already says whose deal it is. Remove `owner`.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, roles: {se: {payee: 100%}}}], expect: {}",
        "examples[0].deals[0].roles.se: No component pays the role se. Those that are paid: owner.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, roles: {owner: {payee: 100%}}}], expect: {}",
        "examples[0].deals[0].roles.owner: Whose deal it is stands in `owner` or `splits`. Write it there.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, roles: {SE: {payee: 100%}}}], expect: {}",
        "examples[0].deals[0].roles.SE: 'SE' is no key.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, roles: {se: {payee: 60%}}}], expect: {}",
        "examples[0].deals[0].roles.se: The shares add up to 60%. Make it 100%.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, roles: {se: {}}}], expect: {}",
        "examples[0].deals[0].roles.se: The shares add up to 0%. Make it 100%.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, roles: {se: {payee: 60, ben: 40%}}}], expect: {}",
        "examples[0].deals[0].roles.se.payee: 60 is no share. Write one such as 60%.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, roles: {se: {zoe: 100%}}}], expect: {}",
        "examples[0].deals[0].roles.se: None of them is a payee of this example: payee. Add one.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 1767225600, amount: 1}], expect: {}",
        "examples[0].deals[0].closed: 1767225600 is no day of the calendar. Write one such as 2026-01-31.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 1, quantity: 2147483648}], expect: {}",
        "examples[0].deals[0].quantity: 2147483648 is too large. Write less than 2147483648.",
    ),
    (
        "name: x, deals: [{id: 1, closed: 2026-01-01, amount: 500%}], expect: {}",
        "examples[0].deals[0].amount: 500% is no amount of money.",
    ),
    ("name: x, payee: {quota: 50%}, expect: {}", "examples[0].payee.quota: 50% is no amount of money."),
    ("name: x, payee: {quota: 0}, expect: {2026-01: {a: 5}}", "examples[0].payee.quota: A quota must be more than 0."),
    (
        "name: x, payee: {quota: {2026-01: -1}}, expect: {2026-01: {a: 5}}",
        "examples[0].payee.quota.2026-01: A quota must be more than 0.",
    ),
    ("name: x, expect: {}", "examples[0].expect: It expects nothing, so it would always hold."),
    ("name: x, expect: {2026-01: {}}", "examples[0].expect: It expects nothing, so it would always hold."),
    (
        "name: x, payees: {ana: {}}, expect: {ana: {}}",
        "examples[0].expect: It expects nothing, so it would always hold.",
    ),
    ("name: x, expect: {2026-01: {a: 5%}}", "examples[0].expect.2026-01.a: 5% is no amount of money."),
    ("name: x, expect: {}}, {name: x, expect: {}", "examples[1].name: Two examples are called 'x'. Rename one."),
]


@pytest.mark.parametrize(("example", "message"), EXAMPLES, ids=[example[:70] for example, _ in EXAMPLES])
def test_an_error_in_an_example_names_its_path_its_reason_and_the_remedy(example: str, message: str) -> None:
    errors = errors_of(HEAD + f"examples: [{{{example}}}]")
    assert any(error.startswith(message) for error in errors), errors


def test_all_errors_are_reported_together_those_of_form_and_those_of_sense() -> None:
    errors = errors_of(
        """
plan: A
currency: USD
period: monthly
components:
  - {key: a, name: A, rate: 50, cap: {per: month}}
  - {key: b, name: B, tiers: marginal, window: month, curve: [{from: 5, rate: 5%}, {from: 3, rate: 50}]}
"""
    )
    assert errors == [
        "period: 'monthly' isn't known here. Write one of: month, quarter, half, year.",
        "components[0].cap.amount: amount is missing. Add it.",
        "components[1].curve[0].from: The first row must start at 0, so that each amount has one. Add it.",
        "components[1].curve[1].from: 3 comes after 5: rows must rise. Sort them.",
        "components[1].curve[1].rate: 50 means 5000%; 1000% is the most. Was 50% meant?",
    ]


def test_a_binary_float_is_refused_because_it_is_not_exact() -> None:
    data: dict[str, Any] = {"plan": "A", "currency": "USD", "period": "month"}
    data["components"] = [{"key": "a", "name": "A", "rate": 0.05}]
    with pytest.raises(PlanInvalid) as refused:
        from_json(data)
    assert str(refused.value) == (
        'components[0].rate: 0.05 came as a binary float, which is not exact. Write it in quotes: "0.05".'
    )
