"""Cut the SVG sprite of the icons in icons.txt from an unpacked @tabler/icons.

`python static/vendor/cut_icons.py <folder of @tabler/icons>` writes tabler/icons.svg beside this file.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent


def symbol(name: str, source: Path) -> str:
    text = (source / "icons" / "outline" / f"{name}.svg").read_text()
    paths = [path for path in re.findall(r"<(?:path|circle)\b[^>]*/>", text) if "M0 0h24v24H0z" not in path]
    return f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths)}</symbol>'


def main(source: Path) -> None:
    names = (HERE / "icons.txt").read_text().split()
    symbols = "\n".join(symbol(name, source) for name in sorted(names))
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (HERE / "tabler" / "icons.svg").write_text(sprite)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
