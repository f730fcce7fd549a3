"""A page taken apart by the standard library's parser, as a browser would see its elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "wbr"}
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "]]></svg><script>alert(4)</script>",
    '=HYPERLINK("http://example.org","Ash")',
    "\u202egnp.eman\u202c\u2066",
    "{{ 7 * 7 }} {% raw %}",
    "'; alert(5); //<!--",
)


@dataclass
class Element:
    """One element of a page: its tag, attributes, what it stands in, and all the text inside it."""

    tag: str
    given: dict[str, str]
    above: list[Element]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Every element of a page in order; `broken` names what is not closed as it was opened."""

    html: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)
        self.close()
        self.broken += [one.tag for one in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, {key: value or "" for key, value in attrs}, list(self.open))
        self.elements.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {k: v or "" for k, v in attrs}, list(self.open)))

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1].tag == tag:
            self.open.pop()
        else:
            self.broken.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text += data

    def all(self, tag: str, **given: str) -> list[Element]:
        """Every element of a tag with these attributes; underscores stand for hyphens."""
        wanted = {key.replace("_", "-"): value for key, value in given.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.given.items()]

    def inside(self, above: Element, tag: str) -> list[Element]:
        """Every element of a tag inside another."""
        return [e for e in self.elements if e.tag == tag and any(a is above for a in e.above)]

    def visible(self) -> str:
        """Text a person sees: that of the body, without its scripts."""
        text = next(e for e in self.elements if e.tag == "body").text
        for one in self.all("script"):
            text = text.replace(one.text, "") if one.text else text
        return text
