"""Why a workbook is refused: the codes of refusals.py with sentences that name the reason and the cure."""

from files.refusals import Refused

WORKBOOK_LIMIT = 3_145_728
SAVE_AS = "请在 Excel 或 WPS 中“另存为 Excel 工作簿（.xlsx）”后再导入"


def too_large() -> Refused:
    return Refused("E_FILE_SIZE", "工作簿不能超过 3 MB。请删除与本表无关的工作表和图片后再导入。")


def empty() -> Refused:
    return Refused("E_FILE_EMPTY", "文件为空（0 字节）。请重新选择文件。")


def wrong_type() -> Refused:
    return Refused("E_FILE_TYPE", f"这不是 .xlsx 工作簿。{SAVE_AS}。")


def old_format() -> Refused:
    return Refused("E_FILE_TYPE", f"这是旧版 .xls 工作簿。{SAVE_AS}。")


def has_macros() -> Refused:
    return Refused("E_FILE_TYPE", f"工作簿里有宏，不能导入。{SAVE_AS}（不含宏）。")


def encrypted() -> Refused:
    return Refused("E_FILE_ENCRYPTED", "工作簿有打开密码，请去除密码后再导入。")


def damaged() -> Refused:
    return Refused("E_FILE_DAMAGED", f"工作簿已损坏，无法读取。{SAVE_AS}。")


def swells() -> Refused:
    return Refused(
        "E_FILE_DAMAGED", "工作簿解压后过大，无法读取。请把需要的行复制到新的工作簿，或下载模板填写后再导入。"
    )


def too_many_lines(most: int) -> Refused:
    return Refused("E_FILE_DAMAGED", f"工作簿的行数超过 {most}，请分成几个文件导入。")
