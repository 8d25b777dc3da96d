"""One frozen ``Config`` from a TOML file, the environment and flags, in rising order of strength.

The file is ``irkit/config.toml`` in the user's configuration folder, or what ``IRKIT_CONFIG`` names. A key
``aws.profile`` is ``profile`` under ``[aws]`` in the file, ``IRKIT_AWS_PROFILE`` in the environment. A key that irkit
does not know is refused with its place and the nearest right name: a misspelt ``quorum`` must not go unseen.
A token is never written here, only where it is to be read from: ``env:NAME``, ``file:PATH`` or ``command:...``.
"""

from __future__ import annotations

import difflib
import getpass
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from irkit.errors import ConfigInvalid
from irkit.token_ref import TokenRef, TokenSource

GLOBAL_REGION = "us-east-1"
"""Where AWS records the calls of its global services, IAM and STS among them (CloudTrail user guide)."""
SETTLE_S = 15
"""IAM changes were measured to spread within some 4 seconds; AWS names no bound (user guide, "Troubleshoot IAM")."""
TRAIL_LAG_S = 15 * 60
"""CloudTrail usually delivers within 5 minutes and may take 15 (user guide)."""
LOOKUPS_PER_SECOND = 2
"""What LookupEvents takes, for an account and region (CloudTrail API reference)."""


@dataclass(frozen=True)
class AwsConfig:
    """How AWS is reached. Endpoints are AWS's own configuration: ``endpoint_url`` in the AWS configuration file."""

    profile: str = ""
    region: str = GLOBAL_REGION
    regions: tuple[str, ...] = ()
    """The regions whose history is asked; ``asked_regions`` adds the region and the global one."""
    config_file: Path | None = None
    credentials_file: Path | None = None
    organization_profile: str = ""
    """Profile of the management account, or of one that SCPs are delegated to; empty: ``profile``."""
    settle_s: int = SETTLE_S
    """How many seconds a change of IAM or of an SCP may take to bind everywhere before it counts as done."""

    @property
    def asked_regions(self) -> tuple[str, ...]:
        """Every region whose CloudTrail history is asked, each once, the home region first."""
        return tuple(dict.fromkeys((self.region, GLOBAL_REGION, *self.regions)))


@dataclass(frozen=True)
class GithubConfig:
    """The GitHub API: its address, the repository acted on, and where the token lies."""

    base_url: str = "https://api.github.com"
    repository: str = ""
    token: TokenRef | None = None


@dataclass(frozen=True)
class SlackConfig:
    """The Slack API: its address, where the token lies, and what an incident's channel is called."""

    base_url: str = "https://slack.com/api/"
    token: TokenRef | None = None
    channel_prefix: str = "inc-"


@dataclass(frozen=True)
class GitConfig:
    """Where the token for fetching and pushing over HTTP lies, and the user name that goes with it."""

    token: TokenRef | None = None
    username: str = "x-access-token"


@dataclass(frozen=True)
class CloudTrailConfig:
    """Where CloudTrail's records are looked for when nobody says where, and how other accounts are reached."""

    source: tuple[str, ...] = ()
    """As ``irkit trail --from``; empty for the event history."""
    accounts: tuple[str, ...] = ()
    """Accounts to ask by ``role``, a role's name; empty for our own alone."""
    role: str = ""
    external_id: str = ""
    """What the roles' trust policies ask for; no secret."""
    lag_s: int = TRAIL_LAG_S
    """How many seconds a call may take to show in CloudTrail; before that, no record proves nothing."""
    lookups_per_second: int = LOOKUPS_PER_SECOND
    """How many times a second the event history of one region is asked. AWS takes two, of all who ask together."""


@dataclass(frozen=True)
class ProvidersConfig:
    """Whom irkit may ask about a token that leaked, and tell to revoke it."""

    rules: tuple[str, ...] = ()
    """Files of Kingfisher rules (YAML) that stand in place of the SDK's own; their providers may be on this machine."""


@dataclass(frozen=True)
class Config:
    """All settings of irkit. ``file`` is where they came from, None when there is no such file."""

    data_folder: Path
    runbooks_folder: Path
    identity: str
    """The person at the keyboard, as the journal names them."""
    quorum: int = 2
    """How many different people must approve an irreversible plan."""
    protected_principals: tuple[str, ...] = ()
    """User and role names or ARNs that irkit must never act on."""
    evidence_recipient: str = ""
    """An age public key (``age1...``) that sealed evidence is encrypted to."""
    aws: AwsConfig = AwsConfig()
    github: GithubConfig = GithubConfig()
    slack: SlackConfig = SlackConfig()
    git: GitConfig = GitConfig()
    cloudtrail: CloudTrailConfig = CloudTrailConfig()
    providers: ProvidersConfig = ProvidersConfig()
    file: Path | None = None


KEYS = (
    *("data_folder", "runbooks_folder", "identity", "quorum", "protected_principals", "evidence_recipient"),
    *("aws.profile", "aws.region", "aws.regions", "aws.config_file", "aws.credentials_file"),
    *("aws.organization_profile", "aws.settle_s"),
    *("github.base_url", "github.repository", "github.token"),
    *("slack.base_url", "slack.token", "slack.channel_prefix", "git.token", "git.username"),
    *("cloudtrail.source", "cloudtrail.accounts", "cloudtrail.role", "cloudtrail.external_id", "cloudtrail.lag_s"),
    "cloudtrail.lookups_per_second",
    "providers.rules",
)
"""Every key there is."""

_VARIABLES = {"IRKIT_" + key.upper().replace(".", "_"): key for key in KEYS}
_LEAST_LIKENESS = 0.75


@dataclass(frozen=True)
class _Given:
    """One value as it was given, and where, for messages."""

    value: object
    where: str
    folder: Path
    """What a relative path is relative to."""


def load(
    path: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Config:
    """Read the configuration.

    ``path`` is the file; without it ``IRKIT_CONFIG``, else the user's own file if there is one. ``flags`` are dotted
    keys with their texts. Raises ``ConfigInvalid`` for an unknown key, a wrong value, or a missing named file.
    """
    surroundings = os.environ if environment is None else environment
    named = path or (Path(surroundings["IRKIT_CONFIG"]) if surroundings.get("IRKIT_CONFIG") else None)
    file = named or user_file()
    found = file.is_file()
    if named is not None and not found:
        msg = f"there is no configuration file {named}"
        raise ConfigInvalid(msg, hint="look at --config and IRKIT_CONFIG")
    given: dict[str, _Given] = {}
    if found:
        given.update(_from_file(file))
    given.update(_from_environment(surroundings))
    for key, text in (flags or {}).items():
        _known(key, f"--{key}")
        given[key] = _Given(text, f"--{key}", Path.cwd())
    return _built(given, file if found else None)


def user_file() -> Path:
    """Where the user's own configuration is looked for, whether it is there or not."""
    import platformdirs

    return Path(platformdirs.user_config_dir("irkit", appauthor=False)) / "config.toml"


def _from_file(file: Path) -> dict[str, _Given]:
    try:
        text = file.read_text(encoding="utf-8")
        tables: dict[str, object] = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{file}: {error}"
        raise ConfigInvalid(msg, hint="the file must be TOML") from error
    given: dict[str, _Given] = {}
    for name, value in tables.items():
        rows: dict[str, object] = {name: value}
        if isinstance(value, dict):
            rows = {f"{name}.{inner}": below for inner, below in value.items()}
        for key, row in rows.items():
            where = f"{file}:{_line(text, key)}"
            _known(key, where)
            given[key] = _Given(row, f"{where}: {key}", file.parent)
    return given


def _line(text: str, dotted: str) -> int:
    """The line on which a key is set, counted from 1; 1 when it is written in a way not looked for."""
    table, _, key = dotted.rpartition(".")
    within = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            within = header[1]
        elif (at := re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", line)) and (
            (within == table and at[1] == key) or (not within and at[1] in {dotted, table})
        ):
            return number
    return 1


def _from_environment(environment: Mapping[str, str]) -> dict[str, _Given]:
    given: dict[str, _Given] = {}
    for name, text in environment.items():
        if name in _VARIABLES:
            given[_VARIABLES[name]] = _Given(text, name, Path.cwd())
        elif name.startswith("IRKIT_") and (near := _nearest(name, tuple(_VARIABLES))):
            msg = f"the environment variable {name} is not known"
            raise ConfigInvalid(msg, hint=f"did you mean {near}?")
    return given


def _known(key: str, where: str) -> None:
    if key not in KEYS:
        msg = f"{where}: unknown key {key!r}"
        near = _nearest(key, KEYS)
        raise ConfigInvalid(msg, hint=f"did you mean {near!r}?" if near else f"the keys are {', '.join(KEYS)}")


def _nearest(name: str, names: tuple[str, ...]) -> str:
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=_LEAST_LIKENESS)), "")


def _built(given: Mapping[str, _Given], file: Path | None) -> Config:
    import platformdirs

    data = Path(platformdirs.user_data_dir("irkit", appauthor=False))
    settings = Path(platformdirs.user_config_dir("irkit", appauthor=False))
    return Config(
        data_folder=_path(given, "data_folder") or data,
        runbooks_folder=_path(given, "runbooks_folder") or settings / "runbooks",
        identity=_text(given, "identity") or _login(),
        quorum=_count(given, "quorum", 2),
        protected_principals=_texts(given, "protected_principals"),
        evidence_recipient=_text(given, "evidence_recipient"),
        aws=AwsConfig(
            profile=_text(given, "aws.profile"),
            region=_text(given, "aws.region", GLOBAL_REGION),
            regions=_texts(given, "aws.regions"),
            config_file=_path(given, "aws.config_file"),
            credentials_file=_path(given, "aws.credentials_file"),
            organization_profile=_text(given, "aws.organization_profile"),
            settle_s=_count(given, "aws.settle_s", SETTLE_S),
        ),
        github=GithubConfig(
            base_url=_text(given, "github.base_url", GithubConfig.base_url),
            repository=_text(given, "github.repository"),
            token=_token(given, "github.token"),
        ),
        slack=SlackConfig(
            base_url=_text(given, "slack.base_url", SlackConfig.base_url),
            token=_token(given, "slack.token"),
            channel_prefix=_text(given, "slack.channel_prefix", SlackConfig.channel_prefix),
        ),
        git=GitConfig(token=_token(given, "git.token"), username=_text(given, "git.username", GitConfig.username)),
        cloudtrail=CloudTrailConfig(
            source=_texts(given, "cloudtrail.source"),
            accounts=_texts(given, "cloudtrail.accounts"),
            role=_text(given, "cloudtrail.role"),
            external_id=_text(given, "cloudtrail.external_id"),
            lag_s=_count(given, "cloudtrail.lag_s", TRAIL_LAG_S),
            lookups_per_second=_count(given, "cloudtrail.lookups_per_second", LOOKUPS_PER_SECOND),
        ),
        providers=ProvidersConfig(rules=_texts(given, "providers.rules")),
        file=file,
    )


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


def _text(given: Mapping[str, _Given], key: str, default: str = "") -> str:
    if key not in given:
        return default
    if not isinstance(given[key].value, str):
        msg = f"{given[key].where}: must be a text"
        raise ConfigInvalid(msg)
    return str(given[key].value)


def _texts(given: Mapping[str, _Given], key: str) -> tuple[str, ...]:
    """A list of texts; in the environment and in flags, texts with commas between."""
    if key not in given:
        return ()
    value = given[key].value
    rows = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        msg = f"{given[key].where}: must be a list of texts"
        raise ConfigInvalid(msg)
    return tuple(row for row in rows if row)


def _count(given: Mapping[str, _Given], key: str, default: int) -> int:
    if key not in given:
        return default
    value = given[key].value
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or int(text) < 1:
        raise ConfigInvalid(f"{given[key].where}: must be a whole number from 1 up")
    return int(text)


def _path(given: Mapping[str, _Given], key: str) -> Path | None:
    text = _text(given, key)
    # Path.expanduser raises RuntimeError for the ~name of nobody; to a shell it is a name like any other.
    return given[key].folder / os.path.expanduser(text) if text else None  # noqa: PTH111


def _token(given: Mapping[str, _Given], key: str) -> TokenRef | None:
    text = _text(given, key)
    if not text:
        return None
    source, _, place = text.partition(":")
    if source not in set(TokenSource) or not place:
        # The text is not repeated: someone may have put the token itself here.
        msg = f"{given[key].where}: must be env:NAME, file:PATH or command:..."
        raise ConfigInvalid(msg, hint="a token itself does not belong into the configuration")
    if source == TokenSource.FILE:
        place = str(given[key].folder / os.path.expanduser(place))  # noqa: PTH111
    return TokenRef(TokenSource(source), place)
