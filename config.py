"""Typed settings, read from the environment only. Nothing unsafe has a default in production."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path

PASSWORD_PROFILES = ("nist", "dengbao3")
MOST_WEB_WORKERS = 256
EMBEDDED_IDENTITY = "/demo/identity"  # where the identity provider of a demo lives


class UnsafeSettings(Exception):
    """A start with a setting that nobody can read, or in production one that is missing or unsafe; names it."""


@dataclass(frozen=True)
class Settings:
    """All settings of one process; `HATCHERY_X` in the environment becomes the field `x`."""

    env: str
    data_dir: Path
    database_url: str
    redis_url: str
    storage_url: str
    secret_key: str
    host: str
    port: int
    public_url: str
    web_workers: int
    now: datetime | None
    metrics_token: str = ""
    sms_url: str = ""
    sms_key: str = ""
    sms_secret: str = ""
    registry_url: str = ""
    registry_key: str = ""
    registry_secret: str = ""
    registry_fields: tuple[tuple[str, str], ...] = ()
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_claims: tuple[tuple[str, str], ...] = ()
    oidc_scope: str = "openid profile"
    smtp_url: str = ""
    mail_from: str = ""
    password_profile: str = "nist"  # noqa: S105 - the name of a set of rules
    password_max_age_days: int | None = None
    staff_second_factor: bool = False
    service_worker: bool = True
    data_keys: tuple[tuple[str, str], ...] = ()
    login_idle: timedelta = timedelta(minutes=30)
    login_absolute: timedelta = timedelta(hours=8)
    testing: bool = False

    @property
    def is_demo(self) -> bool:
        return self.env == "demo"

    @property
    def needs_staff_factor(self) -> bool:
        """Whether staff sign in with a second factor only: always in production, in a demo when it is set."""
        return self.staff_second_factor or not self.is_demo

    @property
    def address_limit_factor(self) -> int:
        """How far per-address limits are widened: a demo is often shown from one machine."""
        return 100 if self.is_demo else 1

    @property
    def clock_file(self) -> Path:
        """Where the offset of the business clock is kept, in seconds; no file means none."""
        return self.data_dir / "clock"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; raise UnsafeSettings where production would run on a demo default."""
        env = environ.get("HATCHERY_ENV", "demo")
        if env not in ("demo", "production"):
            raise UnsafeSettings(f"HATCHERY_ENV must be demo or production, not {env!r}")
        # A line without a value, `HATCHERY_DATABASE_URL=`, leaves a setting at its default.
        data_dir = Path(environ.get("HATCHERY_DATA_DIR") or "var").resolve()
        port = _parse_number("HATCHERY_PORT", environ, default=8000, most=65_535)
        host = environ.get("HATCHERY_HOST") or "127.0.0.1"
        settings = cls(
            env=env,
            data_dir=data_dir,
            database_url=environ.get("HATCHERY_DATABASE_URL") or f"sqlite:///{data_dir / 'hatchery.sqlite3'}",
            redis_url=environ.get("HATCHERY_REDIS_URL", ""),
            storage_url=environ.get("HATCHERY_STORAGE_URL") or f"file://{data_dir / 'files'}",
            secret_key=environ.get("HATCHERY_SECRET_KEY", ""),
            host=host,
            port=port,
            public_url=(environ.get("HATCHERY_PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            web_workers=_parse_number("HATCHERY_WEB_WORKERS", environ, default=2, most=MOST_WEB_WORKERS),
            sms_url=environ.get("HATCHERY_SMS_URL", ""),
            sms_key=environ.get("HATCHERY_SMS_KEY", ""),
            sms_secret=environ.get("HATCHERY_SMS_SECRET", ""),
            registry_url=environ.get("HATCHERY_REGISTRY_URL", "").rstrip("/"),
            registry_key=environ.get("HATCHERY_REGISTRY_KEY", ""),
            registry_secret=environ.get("HATCHERY_REGISTRY_SECRET", ""),
            registry_fields=_parse_fields(environ.get("HATCHERY_REGISTRY_FIELDS", "")),
            oidc_issuer=environ.get("HATCHERY_OIDC_ISSUER", ""),
            oidc_client_id=environ.get("HATCHERY_OIDC_CLIENT_ID", ""),
            oidc_client_secret=environ.get("HATCHERY_OIDC_CLIENT_SECRET", ""),
            oidc_claims=_parse_fields(environ.get("HATCHERY_OIDC_CLAIMS", "")),
            oidc_scope=environ.get("HATCHERY_OIDC_SCOPE") or "openid profile",
            smtp_url=environ.get("HATCHERY_SMTP_URL", ""),
            mail_from=environ.get("HATCHERY_MAIL_FROM", ""),
            password_profile=environ.get("HATCHERY_PASSWORD_PROFILE") or "nist",
            password_max_age_days=_parse_days(environ.get("HATCHERY_PASSWORD_MAX_AGE_DAYS", "")),
            staff_second_factor=_parse_required(environ.get("HATCHERY_STAFF_SECOND_FACTOR", "")),
            service_worker=_parse_worker(environ.get("HATCHERY_SERVICE_WORKER", "")),
            data_keys=_parse_keys(environ.get("HATCHERY_DATA_KEYS", "")),
            metrics_token=environ.get("HATCHERY_METRICS_TOKEN", ""),
            now=_parse_now(environ.get("HATCHERY_NOW", "2021-11-10T10:00+08:00" if env == "demo" else "")),
        )
        return settings._checked(environ)

    def _checked(self, environ: Mapping[str, str]) -> "Settings":
        if self.password_profile not in PASSWORD_PROFILES:
            raise UnsafeSettings(f"HATCHERY_PASSWORD_PROFILE must be one of {', '.join(PASSWORD_PROFILES)}")
        if self.is_demo:
            if self.host not in ("127.0.0.1", "localhost", "::1"):
                raise UnsafeSettings("HATCHERY_ENV=demo binds to loopback only: its passwords are public")
            return self
        if len(self.secret_key) < 32:
            raise UnsafeSettings("HATCHERY_SECRET_KEY needs at least 32 characters in production")
        if environ.get("HATCHERY_FAILPOINTS"):
            raise UnsafeSettings("HATCHERY_FAILPOINTS is for tests only: it makes the product fail")
        if self.now is not None:
            raise UnsafeSettings("HATCHERY_NOW is for demo and tests only")
        if not self.public_url.startswith("https://"):
            raise UnsafeSettings(
                "HATCHERY_PUBLIC_URL needs https:// in production: the address people type, printed as a QR code"
            )
        if self.sms_url and not (self.sms_url.startswith("https://") and self.sms_secret):
            raise UnsafeSettings("HATCHERY_SMS_URL needs https:// and HATCHERY_SMS_SECRET")
        if self.registry_url and not (self.registry_url.startswith("https://") and self.registry_secret):
            raise UnsafeSettings("HATCHERY_REGISTRY_URL needs https:// and HATCHERY_REGISTRY_SECRET")
        if self.oidc_issuer.rstrip("/").endswith(EMBEDDED_IDENTITY):
            raise UnsafeSettings("HATCHERY_OIDC_ISSUER: the embedded identity provider is for the demo only")
        if self.oidc_issuer and not (
            self.oidc_issuer.startswith("https://") and self.oidc_client_id and self.oidc_client_secret
        ):
            raise UnsafeSettings(
                "HATCHERY_OIDC_ISSUER needs https://, HATCHERY_OIDC_CLIENT_ID and HATCHERY_OIDC_CLIENT_SECRET"
            )
        if self.smtp_url and "@" not in self.mail_from:
            raise UnsafeSettings("HATCHERY_SMTP_URL needs HATCHERY_MAIL_FROM, the sender's address")
        return self


def _parse_keys(text: str) -> tuple[tuple[str, str], ...]:
    """Read `name:secret,name:secret`, the newest first; empty means that SECRET_KEY serves."""
    keys = tuple(
        (name, secret) for name, _, secret in (pair.partition(":") for pair in text.split(",") if pair)
    )
    if any(not name.isalnum() or len(name) > 8 or len(secret) < 32 for name, secret in keys):
        raise UnsafeSettings(
            "HATCHERY_DATA_KEYS is name:secret[,name:secret …], the newest first: a name of up to 8 letters "
            "or digits, a secret of at least 32 characters"
        )
    names = [name for name, _ in keys]
    for name in names:
        if names.count(name) > 1:
            raise UnsafeSettings(
                f"HATCHERY_DATA_KEYS has two keys of the name {name}; a value says by its name what opens it"
            )
    return keys


def _parse_number(name: str, environ: Mapping[str, str], default: int, most: int) -> int:
    """Read a whole number from 1 to `most`; not set or empty means `default`."""
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise UnsafeSettings(f"{name} is a number from 1 to {most}, not {text!r}")
    return int(text)


def _parse_days(text: str) -> int | None:
    """Read a number of days, 0 for never; empty leaves it to the password profile."""
    if text and not text.isdecimal():
        raise UnsafeSettings("HATCHERY_PASSWORD_MAX_AGE_DAYS is a number of days, 0 for never")
    return int(text) if text else None


def _parse_required(text: str) -> bool:
    """Read `required`, or nothing: a demo may ask of staff what production always asks."""
    if text not in ("", "required"):
        raise UnsafeSettings("HATCHERY_STAFF_SECOND_FACTOR is required or not set; production always asks")
    return text == "required"


def _parse_worker(text: str) -> bool:
    """Read `off`, or nothing: browsers keep the shell of the site."""
    if text not in ("", "off"):
        raise UnsafeSettings("HATCHERY_SERVICE_WORKER is off or not set")
    return text != "off"


def _parse_fields(text: str) -> tuple[tuple[str, str], ...]:
    """Read `ours:theirs,ours:theirs`, how a registry names what we ask it; empty means our own names."""
    return tuple(
        (ours, theirs)
        for ours, _, theirs in (pair.strip().partition(":") for pair in text.split(","))
        if theirs
    )


def version() -> str:
    """Return the version of the program that is installed."""
    try:
        return metadata.version("hatchery")
    except metadata.PackageNotFoundError:
        return "unknown"


def _parse_now(text: str) -> datetime | None:
    if not text:
        return None
    wanted = UnsafeSettings("HATCHERY_NOW is a time with its zone, for example 2021-11-10T10:00+08:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wanted from None
    if moment.tzinfo is None:
        raise wanted
    return moment
