"""我的信息: what people and units say about themselves. Source: 科技部政务服务平台, 我的信息."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from forms.admin import AdminForm
from forms.base import Refusal, RequiredToSubmit
from forms.choices import ChoiceField, TickField
from forms.codes import EmailField, HiddenIdNumberField, UsccField
from forms.fields import DateField, NumberField, TextField
from models.id_rules import ID_TYPES, RESIDENT, born_on, sex_of, wrong_with_id_number

MAINLAND, FOREIGN = "mainland", "foreign"
PLACE_TYPES = (
    (MAINLAND, "中华人民共和国大陆地区"), ("hk_macao_taiwan", "港澳台"), (FOREIGN, "外国"),
)  # fmt: skip
CONTINENTS = tuple((name, name) for name in ("亚洲", "欧洲", "非洲", "北美洲", "南美洲", "大洋洲"))
GENDERS = (("male", "男"), ("female", "女"))
ID_CHOICES = tuple(ID_TYPES.items())
NOT_OF_THIS_PAPER = "证件类型已更改，已登记的号码不是这种证件的号码，请填写所选证件的号码"


@dataclass(frozen=True)
class HeldPaper:
    """The identity paper that is stored: a number, and of which kind it is; None when that was never said."""

    id_type: str | None
    id_number: str


class PhoneField(TextField):
    """A telephone or fax number of any kind."""

    def parse(self, text: str) -> str:
        figure = unicodedata.normalize("NFKC", text).replace(" ", "")
        if not re.fullmatch(r"\+?[0-9()-]{5,30}", figure):
            raise self.refuse("E_PHONE", "电话号码格式不正确，例如 020-12345678")
        return figure


class ProfileForm(AdminForm):
    """A sheet of 我的信息. `prefix` is that of the fields of its identity paper."""

    prefix = ""

    def accepts_on(self, today: date, held: HeldPaper | None) -> bool:
        """Judge the sheet; the number of the paper that is `held` stays where the box is left empty."""
        self.accepts()
        number, chosen = self._part("id_number"), self._part("id_type").data
        if held is not None:
            number.errors = [one for one in number.errors if one.code != "E_REQUIRED"]
        if number.errors:
            message = ""
        elif number.data:
            message = wrong_with_id_number(chosen or RESIDENT, number.data, today)
        else:
            message = _wrong_with_held(held, chosen, today)
        if message:
            number.errors = [Refusal("E_ID_NUMBER", message)]
        self._judge_paper(today)
        return not any(field.errors for field in self)

    def _judge_paper(self, today: date) -> None:
        continent, valid_to = self._part("continent"), self._part("valid_to") or self._part("id_valid_to")
        permanent = self._part("is_permanent") or self._part("id_is_permanent")
        if self._part("place_type").data == FOREIGN and continent.data is None and not continent.errors:
            continent.errors = [Refusal("E_REQUIRED", "请选择所属大洲")]
        if valid_to.data is None and not permanent.data and not valid_to.errors:
            valid_to.errors = [Refusal("E_REQUIRED", "请填写有效日期，或勾选长期有效")]
        if valid_to.data is not None and valid_to.data < today and not valid_to.errors:
            valid_to.errors = [Refusal("E_RANGE", "证件已过有效期，请换领新证后填写")]

    def _part(self, name: str):  # type: ignore[no-untyped-def]
        return self._fields.get(f"{self.prefix}{name}")


def _wrong_with_held(held: HeldPaper | None, chosen: str | None, today: date) -> str:
    """Say what is wrong with a number that stays while its paper is said to be another one now."""
    if held is None or chosen is None or chosen == held.id_type:
        return ""
    return NOT_OF_THIS_PAPER if wrong_with_id_number(chosen, held.id_number, today) else ""


class PersonForm(ProfileForm):
    """自然人用户信息."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50, description="与证件一致")
    gender = ChoiceField("性别", [RequiredToSubmit()], choices=GENDERS)
    ethnicity = TextField("民族", max_length=20)
    position = TextField("职务", max_length=50)
    born_on = DateField("出生日期")
    email = EmailField("电子邮箱")
    phone = PhoneField("电话", max_length=30)
    place_type = ChoiceField("类型", [RequiredToSubmit()], choices=PLACE_TYPES)
    continent = ChoiceField("所属大洲", choices=CONTINENTS, description="类型为外国时填写", conditional=True)
    id_type = ChoiceField("证件类型", [RequiredToSubmit()], choices=ID_CHOICES)
    id_number = HiddenIdNumberField("证件号码", [RequiredToSubmit()], max_length=30)
    id_valid_to = DateField("身份证有效日期", description="截止日；长期有效的勾选下一项", conditional=True)
    id_is_permanent = TickField("证件长期有效")
    area = TextField("所在地区", max_length=100, description="例如 广东省广州市天河区")
    home_address = TextField("详细地址", max_length=200)

    def accepts_on(self, today: date, held: HeldPaper | None) -> bool:
        """Refuse besides what contradicts the number: sex and date of birth."""
        super().accepts_on(today, held)
        number = self.id_number.data or (held.id_number if held else "")
        if self.id_type.data == RESIDENT and born_on(number) and not self.id_number.errors:
            if self.gender.data and sex_of(number) != self.gender.data:
                self.gender.errors = [Refusal("E_ID_NUMBER", "性别与证件号码不一致，请核对")]
            if self["born_on"].data and born_on(number) != self["born_on"].data:
                self["born_on"].errors = [Refusal("E_ID_NUMBER", "出生日期与证件号码不一致，请核对")]
        return not any(field.errors for field in self)


class AgentForm(ProfileForm):
    """主代办人信息."""

    person_name = TextField("姓名", [RequiredToSubmit()], max_length=50, description="单位任意一人")
    gender = ChoiceField("性别", choices=GENDERS)
    phone = PhoneField("电话", max_length=30)
    fax = PhoneField("传真", max_length=30)
    email = EmailField("电子邮箱")
    place_type = ChoiceField("类型", [RequiredToSubmit()], choices=PLACE_TYPES)
    continent = ChoiceField("所属大洲", choices=CONTINENTS, description="类型为外国时填写", conditional=True)
    id_type = ChoiceField("证件类型", [RequiredToSubmit()], choices=ID_CHOICES)
    id_number = HiddenIdNumberField("身份证号码", [RequiredToSubmit()], max_length=30)
    id_valid_to = DateField("身份证有效日期", description="截止日；长期有效的勾选下一项", conditional=True)
    id_is_permanent = TickField("证件长期有效")


class UnitForm(ProfileForm):
    """法人单位基本信息, with 法人授权信息 and 法定代表人信息."""

    prefix = "rep_"

    name = TextField("单位名称", [RequiredToSubmit()], max_length=100, description="与营业执照一致")
    english_name = TextField("英文名称", max_length=200)
    short_name = TextField("单位简称", max_length=50)
    website = TextField("单位主页", max_length=200)
    area_type = ChoiceField("法人所在地区类型", [RequiredToSubmit()], choices=(
        ("domestic", "境内单位"), ("hk_macao_taiwan", "港澳台地区单位"), ("abroad", "境外单位")))  # fmt: skip
    legal_type = ChoiceField("法人类型", [RequiredToSubmit()], choices=(
        ("enterprise", "企业法人"), ("public_institution", "事业单位法人"),
        ("social_organisation", "社会组织法人"), ("other", "其他")))  # fmt: skip
    region = TextField(
        "单位所在地区", [RequiredToSubmit()], description="例如 广东省广州市天河区，或 6 位代码"
    )
    uscc = UsccField("统一社会信用代码", [RequiredToSubmit()])
    nature = ChoiceField("单位性质", [RequiredToSubmit()], choices=(
        ("state_owned", "国有企业"), ("private", "民营企业"), ("public_institution", "事业单位"),
        ("private_non_enterprise", "民办非企业"), ("other", "其他")))  # fmt: skip
    address = TextField("单位地址", [RequiredToSubmit()], max_length=200)
    postcode = TextField("邮政编码", max_length=10)
    unit_email = EmailField("单位邮箱")
    registered_on = DateField("单位成立日期", [RequiredToSubmit()])
    currency = TextField("单位注册资本币种", max_length=20)
    capital = NumberField("单位注册资金", unit="万")
    register_office = TextField("单位登记机关", max_length=100)
    register_state = TextField("单位登记状态", max_length=20)
    term_from = DateField("单位经营期限起")
    term_to = DateField("单位经营期限至", description="长期的留空")
    unit_phone = PhoneField("单位电话", max_length=30)
    unit_fax = PhoneField("单位传真", max_length=30)
    authorised_person = TextField("授权人", max_length=50)
    authorised_matter = TextField("授权事项", max_length=200)
    authorised_until = DateField("授权期限至")
    legal_representative = TextField("法定代表人姓名", [RequiredToSubmit()], max_length=50)
    rep_place_type = ChoiceField("法定代表人类型", [RequiredToSubmit()], choices=PLACE_TYPES)
    rep_continent = ChoiceField(
        "法定代表人所属大洲", choices=CONTINENTS, description="类型为外国时填写", conditional=True
    )
    rep_id_type = ChoiceField("法定代表人证件类型", [RequiredToSubmit()], choices=ID_CHOICES)
    rep_id_number = HiddenIdNumberField("法定代表人证件号码", [RequiredToSubmit()], max_length=30)
    rep_valid_to = DateField(
        "法定代表人证件有效期", description="截止日；长期有效的勾选下一项", conditional=True
    )
    rep_is_permanent = TickField("法定代表人证件长期有效")

    def accepts_on(self, today: date, held: HeldPaper | None) -> bool:
        """Refuse an empty 类型 of the legal representative in the words of the platform."""
        super().accepts_on(today, held)
        if self.rep_place_type.data is None:
            self.rep_place_type.errors = [Refusal("E_REQUIRED", "法定代表人类型不能为空")]
        return not any(field.errors for field in self)


class UnitOtherForm(AdminForm):
    """法人单位其他信息: all needed for 高企 and 科技型中小企业."""

    business_term = TextField("单位经营期限", [RequiredToSubmit()], max_length=50)
    industry_first = TextField("所属行业1", [RequiredToSubmit()], max_length=50)
    industry_second = TextField("所属行业2", [RequiredToSubmit()], max_length=50)
    business_register = TextField("工商登记机关", [RequiredToSubmit()], max_length=100)
    approved_on = TextField("核准时间", [RequiredToSubmit()], max_length=30)
    foreign_source = TextField("外资来源地", [RequiredToSubmit()], max_length=50, description="没有的写 无")
    tax_method = TextField("所得税征收方式", [RequiredToSubmit()], max_length=50)
    company_type = TextField("企业类型", [RequiredToSubmit()], max_length=50)
