"""Policies and places over HTTP: what is paid where, and who decides."""

from datetime import date
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.ports.policy_versions import PolicyVersion
from domain.ports.work import Work
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import operation
from service.http.shapes import TextView, View

TAG: Final = "policies"


class PolicyView(View):
    """One version of a standard; rates in fen per person and year by national grade."""

    id: UUID
    policy_id: str
    version: int
    region_path: str
    title: TextView
    document: str | None
    valid_from: date
    valid_to: date | None
    rates: dict[str, int]
    ours: list[str]

    @classmethod
    def of(cls, version: PolicyVersion) -> "PolicyView":
        """Show a version."""
        standard = version.standard
        return cls(
            id=version.id,
            policy_id=standard.id,
            version=version.version,
            region_path=version.region_path,
            title=TextView(zh=standard.title.zh, en=standard.title.en),
            document=standard.document,
            valid_from=standard.valid_from,
            valid_to=standard.valid_to,
            rates={str(grade): rate for grade, rate in sorted(standard.rates.items())},
            ours=list(standard.ours),
        )


class PoliciesView(View):
    """Every standard on file."""

    items: list[PolicyView]


class PlaceView(View):
    """A deciding and paying bureau and the region it decides for."""

    id: UUID
    region_path: str
    region_code: str
    bureau: str
    finance_department: str


class PlacesView(View):
    """Every place, by region."""

    items: list[PlaceView]


@operation(
    id="GetPolicies",
    method="GET",
    path="/v1/policies",
    tag=TAG,
    summary=Text("补贴标准", "Read the standards on file"),
    answer=PoliciesView,
)
async def get_policies(call: Call) -> Answer:
    """Read every version of every standard."""

    async def act(work: Work) -> PoliciesView:
        return PoliciesView(items=[PolicyView.of(v) for v in await work.policies.all()])

    return json_answer(await call.read(act))


@operation(
    id="GetPlaces",
    method="GET",
    path="/v1/places",
    tag=TAG,
    summary=Text("受理机构", "Read which bureaus decide and pay"),
    answer=PlacesView,
)
async def get_places(call: Call) -> Answer:
    """Read every place."""

    async def act(work: Work) -> PlacesView:
        return PlacesView(
            items=[
                PlaceView(
                    id=place.id,
                    region_path=place.region_path,
                    region_code=place.region_path.strip("/").rpartition("/")[2],
                    bureau=(await work.places.organisation(place.bureau_org_id)).name,
                    finance_department=(await work.places.organisation(place.finance_org_id)).name,
                )
                for place in await work.places.all()
            ]
        )

    return json_answer(await call.read(act))


OPERATIONS: Final[tuple[Served, ...]] = (get_policies, get_places)
