"""Sign-in: an opaque, revocable bearer token for a name and a password."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.errors import Refusal, Text
from domain.party import Actor
from service.http.call import Answer, Call, Served, json_answer, no_content
from service.http.operation import operation
from service.http.shapes import Body, View

TAG: Final = "sign-in"


class SignInBody(Body):
    """A name and a password."""

    account_name: Annotated[str, msgspec.Meta(min_length=2, max_length=64)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ActorView(View):
    """Who is signed in, for which organisation and region, in which roles."""

    account_name: str
    person_id: UUID
    org_id: UUID
    region_path: str | None
    roles: list[str]

    @classmethod
    def of(cls, actor: Actor) -> "ActorView":
        """Show an actor."""
        return cls(
            account_name=actor.account_name,
            person_id=actor.person_id,
            org_id=actor.org_id,
            region_path=actor.region_path,
            roles=sorted(role.value for role in actor.roles),
        )


class SessionView(View):
    """A session: the token is told this once."""

    token: str
    token_type: str
    expires_at: datetime
    actor: ActorView


@operation(
    id="SignIn",
    method="POST",
    path="/v1/sessions",
    tag=TAG,
    summary=Text("登录", "Sign in"),
    description=Text(
        "用账号名和密码换取令牌，以 `Authorization: Bearer …` 使用；令牌只显示一次，可随时注销。"
        "同一账号名多次登录失败后须等待，答复中的 Retry-After 写明秒数。",
        "Exchange a name and password for a token, used as `Authorization: "
        "Bearer …`. It is told once and can be ended any time. After several failures a name has to wait "
        "for the seconds in Retry-After.",
    ),
    public=True,
    body=SignInBody,
    body_example={"account_name": "filer", "password": "…"},
    answer=SessionView,
    status=201,
    problems=("sign_in_failed", "too_many_sign_ins"),
)
async def sign_in(call: Call) -> Answer:
    """Open a session."""
    body = call.decode(SignInBody)
    opened = await call.ports.sessions.open(body.account_name, body.password)
    if opened is None:
        raise Refusal("sign_in_failed")
    view = SessionView(
        token=opened.token,
        token_type="Bearer",  # noqa: S106 - RFC 6750's word, no secret
        expires_at=opened.expires_at,
        actor=ActorView.of(opened.actor),
    )
    return json_answer(view, status=201, location="/v1/sessions/current")


@operation(
    id="GetCurrentSession",
    method="GET",
    path="/v1/sessions/current",
    tag=TAG,
    summary=Text("我是谁", "Who am I"),
    answer=ActorView,
)
async def current_session(call: Call) -> Answer:
    """Show who is signed in."""
    return json_answer(ActorView.of(call.actor))


@operation(
    id="SignOut",
    method="DELETE",
    path="/v1/sessions/current",
    tag=TAG,
    summary=Text("注销", "Sign out"),
    description=Text("令牌立即失效。", "The token is dead at once."),
    status=204,
)
async def sign_out(call: Call) -> Answer:
    """End the session."""
    await call.ports.sessions.revoke(call.headers["authorization"].partition(" ")[2].strip())
    return no_content()


OPERATIONS: Final[tuple[Served, ...]] = (sign_in, current_session, sign_out)
