"""What GitHub knows of the seeded repository: protection of ``main``, two Actions secrets, a pull request, a fork."""

from __future__ import annotations

from irkit.drill.world.git_seed import SeededRepository
from irkit.drill.world.github_reply import Json
from irkit.drill.world.github_server import GithubServer
from irkit.secret import Secret

PROTECTION: Json = {
    "required_status_checks": {"strict": True, "checks": [{"context": "tests", "app_id": 15368}]},
    "enforce_admins": True,
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": False,
        "required_approving_review_count": 1,
        "require_last_push_approval": False,
    },
    "restrictions": None,
    "required_linear_history": False,
    "allow_force_pushes": False,
    "allow_deletions": False,
    "block_creations": False,
    "required_conversation_resolution": True,
    "lock_branch": False,
    "allow_fork_syncing": False,
}


def seed_github(server: GithubServer, seeded: SeededRepository, key_id: str, secret: Secret) -> None:
    """Make the repository and its fork known, with the leaked key also in the Actions secrets (sealed)."""
    server.add_repository(seeded.full_name)
    server.add_repository(seeded.fork, parent=seeded.full_name)
    server.add_pull(seeded.full_name, 1, "Move deploy to Terraform", "terraform")
    server.protect(seeded.full_name, "main", PROTECTION)
    server.seal(seeded.full_name, "AWS_ACCESS_KEY_ID", Secret(key_id))
    server.seal(seeded.full_name, "AWS_SECRET_ACCESS_KEY", secret)
