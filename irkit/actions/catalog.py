"""What irkit can do: every action by its id, which is its module path below ``irkit.actions``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from irkit.contract import Action, ActionId, AnyAction

MODULES = (
    "aws.block_trust",
    "aws.deactivate_credentials",
    "aws.deactivate_keys",
    "aws.deny_identity_making",
    "aws.deny_principal",
    "aws.detach_rights",
    "aws.disable_kms_key",
    "aws.find_consumers",
    "aws.find_kms_grants",
    "aws.find_last_activity",
    "aws.find_quarantine_reach",
    "aws.find_readable_values",
    "aws.find_residual_paths",
    "aws.find_sealed_values",
    "aws.find_trust_gaps",
    "aws.hold_principals",
    "aws.identify_kms_key",
    "aws.identify_principal",
    "aws.issue_access_key",
    "aws.judge_kms_key",
    "aws.let_go",
    "aws.lift_freeze",
    "aws.lift_user_deny",
    "aws.prove_not_self",
    "aws.prove_principal_dead",
    "aws.prove_quarantine",
    "aws.quarantine_principals",
    "aws.quarantine_role",
    "aws.quarantine_user",
    "aws.release_principals",
    "aws.remove_login_profile",
    "aws.remove_oidc_audience",
    "aws.restart_service",
    "aws.restore_trust",
    "aws.revoke_kms_grants",
    "aws.revoke_sessions",
    "aws.rotate_kms_key",
    "aws.snapshot_principal",
    "aws.sweep_window",
    "cloudtrail.find_key_changes",
    "cloudtrail.find_news",
    "cloudtrail.hunt_persistence",
    "cloudtrail.judge_callers",
    "cloudtrail.judge_context",
    "cloudtrail.judge_use",
    "cloudtrail.keep_logs",
    "cloudtrail.list_activity",
    "cloudtrail.list_ci_sessions",
    "cloudtrail.list_decrypts",
    "cloudtrail.list_denied",
    "cloudtrail.list_secrets_read",
    "cloudtrail.measure_key_use",
    "cloudtrail.measure_kms_use",
    "cloudtrail.measure_opened",
    "cloudtrail.prove_quiet",
    "cloudtrail.settle_suspects",
    "cloudtrail.trace_lineage",
    "cloudtrail.verify_logs",
    "git.find_secret",
    "git.find_workflow_changes",
    "git.find_workflow_gaps",
    "git.purge_history",
    "github.cancel_runs",
    "github.delete_caches",
    "github.delete_ci_logs",
    "github.disable_webhook",
    "github.find_ci_news",
    "github.find_exposure",
    "github.find_runners",
    "github.find_runs",
    "github.list_secrets",
    "github.remove_branch",
    "github.remove_deploy_key",
    "github.remove_runner",
    "github.revoke_tokens",
    "github.save_ci_logs",
    "github.update_actions_secret",
    "human.confirm",
    "human.decide",
    "human.note",
    "human.pick",
    "incident.write_postmortem",
    "scan.find_value",
    "slack.open_channel",
    "slack.post_message",
    "token.find_liveness",
    "token.prove_tokens_dead",
    "token.revoke_tokens",
)
"""Every action's module below ``irkit.actions``, in the order of the alphabet."""


class _Catalogue(Mapping[ActionId, AnyAction]):
    """All actions by id; each is imported when it is first asked for."""

    def __getitem__(self, action_id: ActionId) -> AnyAction:
        if action_id not in MODULES:
            raise KeyError(action_id)
        return _loaded(action_id)

    def __iter__(self) -> Iterator[ActionId]:
        return iter(ids())

    def __len__(self) -> int:
        return len(MODULES)


ACTIONS: Mapping[ActionId, AnyAction] = _Catalogue()
"""Every action by its id."""


def lookup(action_id: str) -> AnyAction | None:
    """The action of that id, or None. Imports that one alone."""
    return _loaded(action_id) if action_id in MODULES else None


def ids() -> tuple[ActionId, ...]:
    """The ids of all actions, in the order of the alphabet."""
    return tuple(ActionId(name) for name in MODULES)


def source(action_id: str) -> tuple[Path, int]:
    """Where an action's code is: the file, and the line of its ``ACTION``. Raises ``KeyError`` for an unknown id."""
    if action_id not in MODULES:
        raise KeyError(action_id)
    path = Path(__file__).parent.joinpath(*action_id.split(".")).with_suffix(".py")
    lines = path.read_text(encoding="utf-8").splitlines()
    return path, next(number for number, line in enumerate(lines, start=1) if line.startswith("ACTION"))


@cache
def _loaded(name: str) -> AnyAction:
    found = importlib.import_module(f"irkit.actions.{name}").ACTION
    if not isinstance(found, Action):
        msg = f"irkit.actions.{name} holds no ACTION"
        raise TypeError(msg)
    return found
