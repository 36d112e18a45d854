"""The page of the demo's identity provider: five made-up people to come back as."""

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from adapters.embedded_identity import EmbeddedProvider, WrongRequest
from blueprints.access import public
from blueprints.account import blueprint


@blueprint.get("/demo/identity/authorize")
@public
def embedded_identity() -> ResponseReturnValue:
    """Let the visitor of a demo choose who he is there."""
    settings = current_app.config["SETTINGS"]
    if not settings.is_demo or settings.oidc_issuer:
        abort(404)
    try:
        people, back = EmbeddedProvider(settings.public_url, current_app.config["SECRET_KEY"]).choices(
            request.args
        )
    except WrongRequest:
        abort(400, "请从登录页点击“国家政务服务平台账号登录”进入。")
    return render_template("account/embedded_identity.html", people=people, back=back)
