"""Refusals and failures in plain words, as a page or as a fragment for htmx."""

import secrets
from dataclasses import dataclass
from logging import LogRecord

from flask import Flask, current_app, g, has_request_context, make_response, render_template, request, url_for
from flask.wrappers import Response
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    default_exceptions,
)

import policies
from blueprints.access import access_of
from blueprints.account.carrying import former_account_id, seal
from blueprints.account.safe_next import safe_next
from blueprints.account.signing_in import go_to, sign_in_dialog, sign_in_page
from blueprints.failures import status_of
from blueprints.idempotency import was_done_by
from blueprints.identity import who
from extensions import db
from models.moves import IllegalMove

SUPPORT = "技术支持 010-88656315（工作日 8:30–17:30）"


@dataclass(frozen=True)
class Words:
    """What a status means to the person who sees it."""

    title: str
    text: str


WORDS = {
    400: Words("请求无法识别", "请返回上一页重新操作。"),
    401: Words("请先登录", "您还没有登录，或登录已过期。"),
    403: Words("没有权限", "您的账号没有这项操作的权限。如需办理，请联系单位管理员或技术支持。"),
    404: Words("没有找到页面", "地址可能有误，或者该内容不属于您的单位。请检查地址，或从首页重新进入。"),
    405: Words("操作方式不对", "请从页面上的按钮进行操作。"),
    409: Words("内容已有变化", "该内容刚刚被更新，这次操作没有生效。请刷新页面查看最新内容后再操作。"),
    413: Words("文件太大", "一次上传的内容超过了上限。单个附件不得超过 3 MB，请压缩后重新上传。"),
    422: Words("请检查填写的内容", "有内容不符合要求，请修改后重新提交。"),
    429: Words("操作过于频繁", "请稍等一会儿再试。"),
    500: Words("系统出错了", "这是我们的问题，您已保存的内容不受影响。请稍后再试；仍不成功请致电技术支持。"),
    503: Words("系统暂时不可用", "系统繁忙或正在维护，请稍后重试。您已保存的内容不受影响。"),
    507: Words(
        "暂时不能保存",
        "服务器的磁盘已满或不能写入，这次操作没有生效。您已保存的内容不受影响，仍可查看。请稍后再试；仍不成功请致电技术支持。",
    ),
}
CARRIED = "登录已过期，刚才的操作还没有生效。填写的内容没有丢失，登录后可以继续保存。"
NOT_CARRIED = "登录已过期，刚才的操作没有生效，填写的内容没有保存。登录后请重新操作。"
FILES_NOT_CARRIED = "登录已过期，文件没有保存。登录后请重新选择文件上传。"
FORM_TOO_OLD = "页面停留时间过长或已重新登录，请刷新页面后再提交。刷新前请先复制尚未保存的内容。"


def init_app(app: Flask) -> None:
    """Answer every refusal and failure in Chinese."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(401, _signed_out)
    app.register_error_handler(CSRFError, _without_token)
    app.register_error_handler(IllegalMove, _moved_on)
    app.register_error_handler(DBAPIError, _broken_beneath)
    app.register_error_handler(OSError, _broken_beneath)
    app.register_error_handler(InternalServerError, _failed)
    app.logger.addFilter(_add_reference)


def refusal(status: int, text: str | None = None) -> Response:
    """Answer with the page, or for htmx the fragment, of `status`; `text` replaces the usual words."""
    words = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    wants_unit = text in (policies.MANY_UNITS, policies.UNIT_LOST)
    name = "errors/_fragment.html" if "HX-Request" in request.headers else "errors/page.html"
    reference = _reference() if status >= 500 else None
    html = render_template(
        name,
        status=status,
        title="请选择办理单位" if text == policies.MANY_UNITS else words.title,
        text=text or words.text,
        reference=reference,
        support=SUPPORT,
        bare=status >= 500,  # a page that asks the database nothing
        wants_unit=wants_unit,
        typed=typed_again() if status in (503, 507) or wants_unit else None,
    )
    response = make_response(html, status)
    # A failure is told in the save line, which offers to try again.
    return response if status >= 500 or status == 429 else _in_dialog(response)


def typed_again() -> list[tuple[str, str]] | None:
    """Return what somebody signed in had typed, to be sent again; None where it cannot be kept.

    Its key goes along: should the first attempt have been carried out after all, the second changes nothing.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or "HX-Request" in request.headers or view is None or access_of(view).public:
        return None
    try:
        return None if request.files else list(request.form.items(multi=True))
    except (OSError, HTTPException):  # the request itself could not be read
        return None


def _refused(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # a redirect that Werkzeug raises
        return make_response(error.get_response())
    response = refusal(error.code, _own_words(error))
    for name in ("Allow", "Retry-After"):
        for value in error.get_response().headers.getlist(name):
            response.headers[name] = value
    return response


def _own_words(error: HTTPException) -> str | None:
    """Return the text given to abort(); the texts of the library are English and not for users."""
    if isinstance(error, CSRFError):
        return FORM_TOO_OLD
    if isinstance(error, RequestEntityTooLarge):
        return getattr(current_app.view_functions.get(request.endpoint or ""), "too_large", None)
    usual = default_exceptions.get(error.code or 0)
    return error.description if type(error) is usual and error.description != usual.description else None


def _without_token(error: CSRFError) -> Response:
    """Refuse what came without the token of a page, but let 退出登录 be pressed twice: nothing is left to end.

    Nor to clear: what the browser keeps went with the first answer, and who asks now may be another site.
    """
    if request.endpoint == "account.sign_out" and who() is None:
        return go_to(url_for("account.login"))
    return _refused(error)


def _signed_out(error: HTTPException) -> Response:
    """Show the sign-in page itself, to come back afterwards; htmx gets it as a dialog over the page."""
    account_id = former_account_id()
    if request.method == "POST" and account_id is not None and was_done_by(account_id):
        return go_to(url_for("account.login", done="repeat"))
    if "HX-Request" in request.headers:
        return _in_dialog(make_response(sign_in_dialog(), 401))
    if request.method == "GET":
        next_path = safe_next(request.full_path.rstrip("?"))
        return make_response(sign_in_page(next_path=next_path, notice="请先登录。"), 401)
    carried = seal()
    notice = CARRIED if carried else FILES_NOT_CARRIED if request.files else NOT_CARRIED
    return make_response(sign_in_page(notice=notice, carried=carried), 401)


def _in_dialog(response: Response) -> Response:
    """Let htmx show the answer in the dialog, wherever the request wanted its own."""
    if "HX-Request" not in request.headers:
        return response
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _moved_on(error: IllegalMove) -> Response:
    return refusal(409)


def _broken_beneath(error: Exception) -> Response:
    """Say what a failure of database or disk means; a mistake of ours goes on as 500."""
    status = status_of(error)
    if status == 500:
        raise error
    if status >= 500:
        current_app.logger.error("database or disk does not do its work", exc_info=error)
    db.close()
    return refusal(status)


def _failed(error: InternalServerError) -> Response:
    return refusal(500)


def _reference() -> str:
    """Return the number of this request, made when it is first needed."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4).upper()
    return g.reference


def _add_reference(record: LogRecord) -> bool:
    """Write the number that the page shows into the log line of the failure."""
    if has_request_context():
        record.msg = f"[{_reference()}] {record.msg}"
    return True
