"""What the doctor says, in Chinese and English: parts, and for each finding what is so and what to do."""

import os
from collections.abc import Mapping
from typing import Literal, get_args

from edge.doctor.finding import Finding

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

PARTS = {
    "broker": ("消息服务器", "broker"),
    "config": ("配置", "config"),
    "camera": ("摄像头", "camera"),
    "sensor": ("传感器", "sensor"),
    "clock": ("时钟", "clock"),
    "disk": ("磁盘", "disk"),
    "journal": ("暂存", "journal"),
    "memory": ("内存", "memory"),
}
SENTENCES = {
    "broker_well": ("{host}:{port} 可用，往返 {ms:.0f} 毫秒", "{host}:{port} answers within {ms:.0f} ms"),
    "broker_slow": (
        "{host}:{port} 往返要 {ms:.0f} 毫秒：检查信号、网线和交换机",
        "{host}:{port} takes {ms:.0f} ms: check signal, cable and switch",
    ),
    "broker_unreachable": (
        "连不上 {host}:{port}（{error}）：检查网线、网关和防火墙",
        "{host}:{port} cannot be reached ({error}): check cable, gateway and firewall",
    ),
    "broker_untrusted": (
        "{host}:{port} 的证书不可信（{error}）：用 yihu edge enrol … --ca 给出签发它的证书，或校准时钟",
        "the certificate of {host}:{port} is not trusted ({error}): enrol with its authority as --ca, or set the clock",
    ),
    "broker_refused": (
        "{host}:{port} 不认账号密码（{error}）：在 /install 重新接入这台边缘盒",
        "{host}:{port} refuses our login ({error}): enrol this box anew from /install",
    ),
    "broker_deaf": (
        "{host}:{port} 连得上，但不让订阅：检查消息服务器的权限（deploy/edge/mosquitto.acl）",
        "{host}:{port} lets us in, but not subscribe: check its access list (deploy/edge/mosquitto.acl)",
    ),
    "config_well": (
        "{site}/{agent}：{cameras} 路摄像头，{sensors} 个传感器",
        "{site}/{agent}: {cameras} cameras, {sensors} sensors",
    ),
    "config_none": (
        "{site} 没有属于 {agent} 的设备：在站点文件里写 agent: {agent}，并确认 ingest 在运行",
        "{site} has no device of {agent}: write `agent: {agent}` in the site file, and see that ingest runs",
    ),
    "config_kept": (
        "消息服务器没有给出配置，按接入时记下的检查：{cameras} 路摄像头，{sensors} 个传感器",
        "the broker gives none; going by what was noted at the enrolment: {cameras} cameras, {sensors} sensors",
    ),
    "config_unread": ("{error}：中心和边缘盒的版本要一致", "{error}: bring centre and box to one version"),
    "camera_well": (
        "{size}，每秒 {rate:.1f} 帧，{seconds:.1f} 秒出图",
        "{size}, {rate:.1f} frames/s, first after {seconds:.1f} s",
    ),
    "camera_slow": (
        "{size}，每秒只有 {rate:.1f} 帧，要 {asked:g} 帧：检查摄像头的帧率设置和网络",
        "{size}, but {rate:.1f} frames/s of {asked:g}: check the camera's own rate and the network",
    ),
    "camera_dead": ("{error}", "{error}"),
    "camera_silent": (
        "{seconds:.0f} 秒没有画面：检查供电、网线、地址和账号密码",
        "no picture within {seconds:.0f} s: check power, cable, address and login",
    ),
    "sensor_well": ("{reading}", "{reading}"),
    "sensor_quiet": (
        "读到了，但没有数值：再试一次，检查接线",
        "it answers, but says nothing: try again, and check its wires",
    ),
    "sensor_dead": ("{error}", "{error}"),
    "sensor_pushes": (
        "自己上报，不归边缘盒读：看 /install",
        "it pushes by itself, and is not ours to read: see /install",
    ),
    "used_well": ("边缘盒正在用，状态正常", "in use by the agent, which says that it is well"),
    "used_broken": ("边缘盒正在用，状态 {state}：{error}", "in use by the agent, which says {state}: {error}"),
    "used_unknown": (
        "边缘盒正在用，但问不到它的状态：先修好消息服务器，或看它的日志",
        "in use by the agent, which cannot be asked how it is: see to the broker first, or read the agent's log",
    ),
    "clock_well": ("与中心相差 {seconds:+.1f} 秒", "{seconds:+.1f} s off the centre's"),
    "clock_off": (
        "与中心相差 {seconds:+.1f} 秒，已代为更正：打开网络校时，timedatectl set-ntp true",
        "{seconds:+.1f} s off the centre's, which the agent corrects: turn NTP on, `timedatectl set-ntp true`",
    ),
    "clock_wrong": (
        "与中心相差 {seconds:+.0f} 秒，启动后的头几条数据会被拒收：打开网络校时，timedatectl set-ntp true",
        "{seconds:+.0f} s off the centre's, and what the agent says first is refused: `timedatectl set-ntp true`",
    ),
    "clock_unknown": (
        "问不到中心的时间（{error}）：用 timedatectl 核对",
        "the centre does not tell the time ({error}): look at `timedatectl`",
    ),
    "disk_well": (
        "{folder} 可写，落盘 {ms:.0f} 毫秒，余 {free:.0f} MB",
        "{folder} writes within {ms:.0f} ms, {free:.0f} MB free",
    ),
    "disk_slow": (
        "{folder} 落盘要 {ms:.0f} 毫秒：换一张快些的存储卡，旧卡快坏时也会变慢",
        "{folder} takes {ms:.0f} ms to write: use a faster card; an old one slows before it dies",
    ),
    "disk_small": (
        "{folder} 只余 {free:.0f} MB，暂存最多要 {asked:.0f} MB：腾出空间，或调小 journal_mb",
        "{folder} has {free:.0f} MB left, the journal may take {asked:.0f}: make room, or set a smaller journal_mb",
    ),
    "disk_unwritable": (
        "{folder} 写不进去（{error}）：检查权限和剩余空间，用运行边缘盒的账号来检查",
        "{folder} cannot be written ({error}): check its owner and its room; ask as the user that runs the agent",
    ),
    "journal_well": ("没有积压", "nothing waits"),
    "journal_waits": (
        "{count} 条等中心确认，最早的是 {minutes:.0f} 分钟前的；一直不减就检查网络",
        "{count} messages wait for the centre, the oldest for {minutes:.0f} min; if they stay, check the network",
    ),
    "journal_full": (
        "占了 {share:.0%}，满了先舍去一部分画面：检查到中心的网络",
        "{share:.0%} full, then pictures go: check the network to the centre",
    ),
    "journal_unread": ("{error}：看边缘盒的日志", "{error}: read the agent's log"),
    "memory_well": ("余 {free:.0f} MB", "{free:.0f} MB free"),
    "memory_small": (
        "只余 {free:.0f} MB：关掉别的程序，或减少摄像头",
        "{free:.0f} MB free: stop other programs, or give it fewer cameras",
    ),
}


def usual_language(environment: Mapping[str, str] = os.environ) -> Language:
    """As the terminal's locale is."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh-CN" if named.lower().startswith("zh") else "en"


def name_of(finding: Finding, language: Language) -> str:
    return " ".join(filter(None, (PARTS[finding.part][_column(language)], finding.of)))


def say(finding: Finding, language: Language) -> str:
    return SENTENCES[finding.what][_column(language)].format(**finding.facts)


def _column(language: Language) -> int:
    return 0 if language == "zh-CN" else 1
