"""The tabs of 国家备案众创空间申报书 that have answers of their own.

Source: 《国家备案众创空间申报操作手册》(2021); 《国家众创空间备案暂行规定》国科火字〔2017〕120号.
"""

from forms.base import FilingForm, RequiredToSubmit
from forms.choices import ChoiceField, ChoicesField, TickField, YesNoField
from forms.codes import EmailField, MobileField
from forms.fields import DateField, LongTextField, TextField

TEXT_LIMIT = 5000


class InstructionsForm(FilingForm):
    """填报说明."""

    instructions_read = TickField("我已阅读填报说明", [RequiredToSubmit()])
    priority_directions = ChoicesField(
        "重点支持方向",
        description="可多选，没有可不选",
        choices=[
            ("industry_chain", "依托当地产业优势或围绕大企业主营业务方向建立，服务于产业链创新"),
            ("academia", "服务于高校院所科技人员硬科技创业，加速科技成果转化"),
            ("investment", "具备「投资+孵化」功能"),
            ("students", "带动大学生高质量创业就业"),
        ],
    )


class BasicInfoForm(FilingForm):
    """基础信息."""

    makerspace_name = TextField("众创空间名称", [RequiredToSubmit()], local=True)
    operator_registered_on = DateField("运营主体注册时间", [RequiredToSubmit()])
    operation_started_on = DateField("众创空间开始运营时间", [RequiredToSubmit()])
    operator_nature = ChoiceField(
        "运营主体性质",
        [RequiredToSubmit()],
        choices=[
            ("state_owned", "国有企业"),
            ("private", "民营企业"),
            ("public_institution", "事业单位"),
            ("private_non_enterprise", "民办非企业"),
            ("other", "其他"),
        ],
    )
    is_independent_legal_entity = YesNoField("是否具有独立法人资格", [RequiredToSubmit()])
    makerspace_type = ChoiceField(
        "众创空间类型",
        [RequiredToSubmit()],
        choices=[("comprehensive", "综合型"), ("professional", "专业型")],
    )
    focus_field = TextField(
        "重点服务领域",
        [RequiredToSubmit(when=lambda filing: filing.makerspace_type == "professional")],
        description="专业型众创空间必填",
        local=True,
    )
    provincial_filing_level = ChoiceField(
        "省级备案情况",
        choices=[("provincial", "省级备案"), ("municipal", "市级备案"), ("none", "未备案")],
    )
    provincial_filed_on = DateField("备案时间")
    makerspace_address = TextField("众创空间地址", [RequiredToSubmit()], max_length=200, local=True)
    website = TextField("网址", max_length=200, local=True)
    wechat_account = TextField("微信公众号")
    manager_name = TextField("负责人", [RequiredToSubmit()], max_length=50)
    contact_name = TextField("联系人", [RequiredToSubmit()], max_length=50)
    contact_mobile = MobileField("手机", [RequiredToSubmit()], max_length=20)
    contact_email = EmailField("电子邮箱", [RequiredToSubmit()])
    introduction = LongTextField("众创空间简介", [RequiredToSubmit()], max_length=1000, local=True)


class ServiceCapabilityForm(FilingForm):
    """服务能力."""

    service_capability_text = LongTextField(
        "服务能力", [RequiredToSubmit()], max_length=TEXT_LIMIT,
        description="说明服务团队、服务内容、公共服务设施、投融资和资源对接能力", local=True,
    )  # fmt: skip


class ServicePerformanceForm(FilingForm):
    """服务绩效."""

    service_performance_text = LongTextField(
        "服务绩效", [RequiredToSubmit()], max_length=TEXT_LIMIT,
        description="说明孵化成效，并写明报告期内不少于 3 个典型孵化案例", local=True,
    )  # fmt: skip


class BrandCultureForm(FilingForm):
    """品牌和文化建设."""

    brand_culture_text = LongTextField(
        "品牌和文化建设", [RequiredToSubmit()], max_length=TEXT_LIMIT,
        description="说明品牌活动、创业文化氛围和社会影响", local=True,
    )  # fmt: skip


class DevelopmentPlanForm(FilingForm):
    """发展思路、目标及措施."""

    development_plan_text = LongTextField(
        "发展思路、目标及措施", [RequiredToSubmit()], max_length=TEXT_LIMIT,
        description="说明发展方向和模式、未来三年目标、保障措施", local=True,
    )  # fmt: skip
