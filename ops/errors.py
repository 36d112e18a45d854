"""What the operator has to put right."""


class CannotRun(Exception):
    """Why a command cannot do its work here; the message says what to do."""
