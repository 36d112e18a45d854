"""What the operator has to put right."""


class CannotRun(Exception):
    """Why a command cannot do its work here; the message says what to do."""


class Unwell(Exception):
    """What a check of the doctor found wrong, and what to do about it."""


class Remark(str):
    """What a check found worth saying, though nothing is wrong."""

    __slots__ = ()
