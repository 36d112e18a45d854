"""The catalogue: found by words and filters, followed, explained."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from blueprints.access import me, public, signed_in
from blueprints.account.safe_next import safe_next
from blueprints.idempotency import remember, was_done
from blueprints.identity import who
from blueprints.service import blueprint
from extensions import clock, db
from forms.fields import normalised
from models.service import INFO_TEXTS, Follow, Service, services


@blueprint.get("")
@public
def catalogue() -> str:
    """List the services that fit the filters; when none does, say so and how to see all."""
    asked = {
        name: normalised(request.args.get(name, ""))[:60] for name in ("q", "audience", "category", "owner")
    }
    followed, only = _followed(), request.args.get("followed") == "yes"
    found = [one for one in services().values() if _fits(one, asked) and (not only or one.key in followed)]
    everything = services().values()
    return render_template(
        "service/catalogue.html", services=found, asked=asked, followed=followed, only_followed=only,
        categories=_each(one.category for one in everything), owners=_each(one.owner for one in everything),
        info_texts=INFO_TEXTS,
    )  # fmt: skip


def _fits(service: Service, asked: dict[str, str]) -> bool:
    return (
        (not asked["audience"] or service.audience in (asked["audience"], "both"))
        and asked["category"] in ("", service.category)
        and asked["owner"] in ("", service.owner)
        and service.matches(asked["q"])
    )


def _each(words: object) -> list[str]:
    return list(dict.fromkeys(words))  # type: ignore[call-overload]


def _followed() -> frozenset[str]:
    """Return what the person follows; nobody signed in follows nothing."""
    person = who()
    if person is None:
        return frozenset()
    return frozenset(db.session.scalars(select(Follow.item).where(Follow.account_id == person.account_id)))


def find_service(key: str) -> Service:
    """Return the service of this key, else answer 404."""
    return services().get(key) or abort(404)


@blueprint.get("/<string(maxlength=40):key>")
@public
def service(key: str) -> str:
    """Explain a service, one kind of text at a time; only the kinds it has."""
    found = find_service(key)
    chosen = request.args.get("info", "")
    kinds = [kind for kind in INFO_TEXTS if kind in found.info]
    return render_template(
        "service/service.html", service=found, kinds=kinds, info_texts=INFO_TEXTS,
        chosen=chosen if chosen in kinds else next(iter(kinds), ""), is_followed=key in _followed(),
    )  # fmt: skip


@blueprint.post("/<string(maxlength=40):key>/follow")
@signed_in
def follow(key: str) -> ResponseReturnValue:
    """Put a service on one's own list."""
    found, mine = find_service(key), (me().account_id, key)
    if not was_done() and db.session.get(Follow, mine) is None:
        db.session.add(Follow(account_id=me().account_id, item=found.key, created_at=clock.now()))
        remember()
        db.session.commit()
    return _back(key)


@blueprint.post("/<string(maxlength=40):key>/follow/removal")
@signed_in
def unfollow(key: str) -> ResponseReturnValue:
    """Take a service off one's own list."""
    found = db.session.get(Follow, (me().account_id, find_service(key).key))
    if found is not None and not was_done():
        db.session.delete(found)
        remember()
        db.session.commit()
    return _back(key)


def _back(key: str) -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("next")) or url_for("service.service", key=key), 303)
