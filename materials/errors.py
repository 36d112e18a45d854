"""What can go wrong while a filing becomes a PDF. Every message is Chinese and meant for the applicant."""


class TypesettingFailed(Exception):
    """The text could not be set in type.

    `character` is the one that no embedded font can draw, empty when something else is wrong;
    `where` names the place in the filing, empty when it is not known.
    """

    def __init__(self, reason: str, character: str = "", where: str = "") -> None:
        super().__init__(f"{where}：{reason}" if where else reason)
        self.reason = reason
        self.character = character
        self.where = where


class EvidenceUnreadable(Exception):
    """An attachment could not be merged; `no`, `title` and `where` are those of the attachment list."""

    def __init__(self, no: int, title: str, where: str, reason: str) -> None:
        super().__init__(f"附件 {no}（{title}，{where}）无法合并：{reason}")
        self.no = no
        self.title = title
        self.where = where
        self.reason = reason
