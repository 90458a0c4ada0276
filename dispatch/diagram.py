"""The life of a ticket as a Mermaid diagram and a table, from the transitions: `make diagram` writes docs/life.md."""

from dispatch.transitions import ENDED, TRANSITIONS, Action, Move, Role, State

ZH_STATES = {
    State.CANDIDATE: "待确认", State.DISPATCHED: "待接单", State.ACCEPTED: "处理中", State.HANDLED: "待核查",
    State.CLOSED: "已办结", State.REJECTED: "已驳回", State.MERGED: "已合并",
}  # fmt: skip
HEAD = """# The life of a ticket · 工单的一生

Written by `make diagram` from the table in [transitions.py](../dispatch/transitions.py). What an action needs beside
its row, such as a reason, stands in [guards.py](../dispatch/guards.py). An admin may do whatever anybody may.
"""


def page() -> str:
    """The page of the docs, in Markdown."""
    return f"{HEAD}\n```mermaid\n{mermaid()}```\n\n## What leaves the state as it is · 不改变状态的操作\n\n{staying()}"


def mermaid() -> str:
    lines = ["stateDiagram-v2", *(f"    {state} : {ZH_STATES[state]} {state}" for state in State)]
    lines.append(f"    [*] --> {State.CANDIDATE}")
    lines += [
        f"    {state} --> {move.to} : {action} ({_roles(move)})"
        for (state, action), move in TRANSITIONS.items()
        if state != move.to
    ]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines) + "\n"


def staying() -> str:
    rows = ["| action | in | by |", "|---|---|---|"]
    for action in Action:
        moves = {state: move for (state, of), move in TRANSITIONS.items() if of == action and state == move.to}
        if moves:
            states = "any state" if len(moves) == len(State) else ", ".join(moves)
            rows.append(f"| `{action}` | {states} | {_roles(next(iter(moves.values())))} |")
    return "\n".join(rows) + "\n"


def _roles(move: Move) -> str:
    return ", ".join(role for role in Role if role in move.by and role is not Role.ADMIN)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - it is asked to
