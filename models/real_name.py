"""实名认证: how far it got, the same words for a person, a unit and its agent."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

# The texts are those of the platform. Source: 科技部政务服务平台常见问题 8 (实名认证状态).
REAL_NAME_TEXTS = {
    "none": "未实名认证",
    "auto_passed": "国家平台实名认证通过",
    "auto_failed": "实名认证失败",
    "manual_pending": "实名认证审核中",
    "manual_passed": "科技部平台人工审核通过",
    "manual_failed": "实名认证失败",
    "stale": "信息已变更，请重新认证",
}
PASSED = ("auto_passed", "manual_passed")


class HasRealName:
    """A subject of 实名认证 with its state."""

    real_name_state: Mapped[str] = mapped_column(String(20), default="none")

    @property
    def is_real_named(self) -> bool:
        return self.real_name_state in PASSED

    @property
    def real_name_text(self) -> str:
        return REAL_NAME_TEXTS[self.real_name_state]
