"""The refusal of an act for a reason that the person who acts can do something about."""


class Refused(Exception):
    """The act is refused; `code` is the specification's, `message` says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
