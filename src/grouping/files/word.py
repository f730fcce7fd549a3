"""Papers as Word files: A4, real headings, tables with repeated heads, the standing in the foot."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from grouping.files.office import fit, library, settled
from grouping.reports.blocks import Heading, Listing, NewPage, Paper, Picture, Rows, Words

if TYPE_CHECKING:
    from grouping.reports.blocks import Block

WHAT = "a Word file"
FONT = "Arial"
TEXT, SMALL = 10, 8.5  # points
MARGIN = 2.0  # centimetres
WIDTH = 21.0 - 2 * MARGIN
TOGETHER = 8  # rows of a table that stays on one page
DARK, SHADE = "1F3A5F", "E8EDF3"


def docx_bytes(paper: Paper) -> bytes:
    """Write a paper as a Word file; the same paper gives the same bytes.

    Raises
    ------
    UsageRefused
        Where python-docx is not installed.
    """
    docx = library("docx", WHAT)
    document = docx.Document()
    _page(document, paper)
    for block, after in zip(paper.blocks, [*paper.blocks[1:], None], strict=True):
        _put(document, block)
        if isinstance(after, Rows) and not isinstance(block, Rows):
            document.paragraphs[-1].paragraph_format.keep_with_next = True
    whole = io.BytesIO()
    document.save(whole)
    return settled(whole.getvalue(), paper.made)


def _page(document: Any, paper: Paper) -> None:
    """Set A4, styles, properties, and the footer with the page's number."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(MARGIN)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(TEXT)
    normal.paragraph_format.space_after = Pt(5)
    for name, size, before in (("Title", 18, 0), ("Heading 1", 13, 11), ("Heading 2", 11, 8)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = FONT, Pt(size), True
        style.font.color.rgb = RGBColor.from_string(DARK)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.keep_with_next = True
        fonts = style.element.rPr.rFonts
        for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(_name(f"w:{key}"), None)
    document.styles["List Bullet"].paragraph_format.space_after = Pt(2)
    about = document.core_properties
    about.title, about.author, about.language = fit(paper.title), "grouping", "en-GB"
    about.comments, about.last_modified_by = fit(paper.footer), "grouping"
    line = section.footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(f"{fit(paper.footer)}. Page ")
    run.font.size = Pt(SMALL)
    _page_number(line.add_run())


def _name(key: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(key))


def _page_number(run: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    run.font.size = Pt(SMALL)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(_name("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)  # noqa: SLF001  python-docx has no words for fields


def _put(document: Any, block: Block) -> None:
    match block:
        case Heading(words=words, level=level):
            document.add_heading(fit(words), level)
        case Words(words=words, strong=strong):
            document.add_paragraph().add_run(fit(words)).bold = strong
        case Listing(points=points):
            for point in points:
                document.add_paragraph(fit(point), style="List Bullet")
        case Rows():
            _table(document, block)
        case Picture():
            _picture(document, block)
        case NewPage():
            document.add_page_break()


def _picture(document: Any, block: Picture) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = line.add_run().add_picture(io.BytesIO(block.png), width=Cm(block.centimetres))
    shape._inline.docPr.set("descr", fit(block.words))  # noqa: SLF001  the words for who cannot see


def _table(document: Any, block: Rows) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt
    from docx.table import _Cell

    if block.caption:
        caption = document.add_paragraph()
        caption.add_run(fit(block.caption)).bold = True
        caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.head))
    table.style, table.autofit = "Table Grid", False
    shares = block.shares or [1.0] * len(block.head)
    widths = [Cm(WIDTH * share / sum(shares)) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    whole = len(block.rows) <= TOGETHER
    # Straight to the elements: the library looks through the whole table for every cell.
    lines = zip(table._tbl.tr_lst, [block.head, *block.rows], strict=True)  # noqa: SLF001
    for k, (line, texts) in enumerate(lines):
        properties = line.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if k == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for j, (element, text) in enumerate(zip(line.tc_lst, texts, strict=True)):
            element.width = widths[j]
            with_next = k == 0 or (whole and k < len(block.rows))
            _cell(_Cell(element, table), fit(text), k == 0, j in block.figures, with_next)
    after = document.add_paragraph()
    after.paragraph_format.space_after = Pt(2)
    after.paragraph_format.line_spacing = Pt(6)


def _cell(cell: Any, text: str, head: bool, right: bool, with_next: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    for k, line in enumerate(text.split("\n")):
        words = cell.paragraphs[0] if k == 0 else cell.add_paragraph()
        words.paragraph_format.space_after = Pt(1)
        words.paragraph_format.keep_with_next = with_next
        if right:
            words.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = words.add_run(line)
        run.font.size, run.bold = Pt(SMALL), head
    if head:
        shade = OxmlElement("w:shd")
        shade.set(_name("w:val"), "clear")
        shade.set(_name("w:fill"), SHADE)
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  as above
