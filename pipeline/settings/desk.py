"""Settings: the analysts' desk, appeals and the regulator's view."""

from pydantic import Field

from pipeline.settings.section import Section, Share


class DeskSettings(Section):
    """The analysts' console, appeals and the regulator's view."""

    host: str = Field("127.0.0.1", description="Address that the console listens on.")
    port: int = Field(8470, ge=0, le=65535, description="Its port; 0 for any free one.")
    proxy: str = Field(
        "",
        description="Address of the TLS proxy in front, whose word on a caller's address is believed.",
    )
    https: bool = Field(
        False,
        description="The console is reached over TLS: cookies are sent over TLS alone, HSTS is set. "
        "True in production.",
    )
    session_minutes: int = Field(30, ge=1, description="Minutes without use until a login ends.")
    session_hours: int = Field(12, ge=1, description="Hours until a login ends, used or not.")
    login_attempts: int = Field(5, ge=1, description="Failed logins until a pause is forced.")
    login_minutes: int = Field(15, ge=1, description="Minutes in which failed logins are counted.")
    argon2_passes: int = Field(
        3, ge=1, description="Passes of argon2id over a password; more is slower and safer."
    )
    argon2_kib: int = Field(
        65_536, ge=32, description="Memory, in KiB, that argon2id uses for one password."
    )
    invitation_hours: int = Field(
        72, ge=1, description="Hours until an invitation to an account is void."
    )
    lock_seconds: int = Field(180, ge=10, description="Seconds until an item left open is free.")
    wide_subdomains: int = Field(
        20, ge=1, description="Known names below a domain from which its block needs two people."
    )
    wide_batch: int = Field(
        50, ge=1, description="Members of a family from which one batch needs two people."
    )
    appeal_hours: int = Field(72, ge=1, description="Hours until an appeal must be answered.")
    appeals_per_hour: int = Field(10, ge=1, description="Appeals one address may hand in an hour.")
    appeal_tries_per_hour: int = Field(
        60, ge=1, description="Appeals against what is not listed that one address may try an hour."
    )
    appellant_days: int = Field(
        180,
        ge=1,
        description="Days after an appeal is closed until who made it, and the statement, are "
        "removed; the entry, the answer and the times stay.",
    )
    second_look_share: Share = Field(
        0.1, description="Share of analysts' decisions that another analyst looks at blindly."
    )
    timezone: str = Field("Asia/Shanghai", description="Time zone in which the desk shows times.")
    office_zh: str = Field("反诈中心", description="Who signs notices, in Chinese.")
    office_en: str = Field("Anti-Fraud Centre", description="Who signs notices, in English.")
