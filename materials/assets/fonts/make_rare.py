"""Cut the fonts of rare Han characters. Arguments: HanaMinB.ttf, Noto Sans SC, target folder."""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SLICES = {"RareHanB1": (0x20000, 0x25FFF), "RareHanB2": (0x26000, 0x2A6DF), "RareHanCF": (0x2A700, 0x2EBEF)}

# xhtml2pdf keeps a space in the font of the character before it.
SPACE = 0x20


def cut(source: str, target: str, family: str, wanted: list[int]) -> None:
    options = subset.Options(hinting=False, layout_features=[], glyph_names=False, notdef_outline=True)
    options.drop_tables += ["FFTM", "GSUB", "GPOS", "VORG", "vhea", "vmtx", "BASE"]
    options.recalc_timestamp = False
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    for record in list(font["name"].names):
        if record.nameID in (1, 3, 4, 6, 16):
            font["name"].setName(family, record.nameID, record.platformID, record.platEncID, record.langID)
    subset.save_font(font, target, options)


def main(source: str, noto: str, folder: str) -> None:
    rare = set(TTFont(source).getBestCmap()) - set(TTFont(noto).getBestCmap())
    for family, (first, last) in SLICES.items():
        target = Path(folder) / f"{family}.ttf"
        cut(source, str(target), family, [SPACE, *(code for code in rare if first <= code <= last)])


if __name__ == "__main__":
    main(*sys.argv[1:])
