"""A project of training vouchers (职业培训券) as a narrated road over HTTP: from its approval to a paid settlement.

With what ends otherwise on the way: given back, frozen and released, without completion, refused, expired.
"""

from collections import Counter
from collections.abc import Mapping

from domain.explanation import percent
from domain.money import yuan
from domain.voucher_statistics import VoucherStep
from service.application.demo_region import PROVIDER
from service.commands import demo_voucher_plan as plan
from service.commands.demo_steps import (
    AUTHORITY,
    Journey,
    MoveClock,
    Say,
    refused,
    same,
    signed_in,
)
from service.commands.demo_voucher_plan import (
    APPROPRIATED_FEN,
    COUNTED,
    DOUBTED,
    ENDS,
    FAILS,
    FROZEN,
    NAMES,
    PAID,
    PAID_FEN,
    REDEEMED,
    RETURNS,
    STARTS,
    TRAINED,
    VALID_UNTIL,
    WORTH_FEN,
)
from service.commands.partner import Json, Partner


def travel(address: str, *, move_clock: MoveClock, say: Say) -> None:
    """Walk the whole road and check every figure; raises `NotReproduced` otherwise."""
    with signed_in(address, (*AUTHORITY, "teacher", *NAMES)) as people:
        road = _Road(people, move_clock, say)
        road.appropriate("2024-01-10", 2024, APPROPRIATED_FEN, "启财社〔2024〕6号")
        project_id = road.approve_project()
        road.issue(project_id)
        road.collect(project_id)
        class_path = road.reserve(project_id)
        road.start(class_path)
        road.complete(class_path)
        road.redeem(class_path)
        settlement = road.settle(project_id)
        road.expire(project_id)
        road.explain(project_id, settlement)
        road.count(project_id)
        road.close_books(spent_fen=PAID_FEN)
        same("available", road.balances()["available"], APPROPRIATED_FEN - PAID_FEN)
        say(
            f"\na voucher project walked to its end: {COUNTED[VoucherStep.ISSUED][0]} vouchers,"
            f" {len(PAID)} paid, {yuan(PAID_FEN)} 元, trial balance 0."
        )


class _Road(Journey):
    def __init__(self, people: Mapping[str, Partner], move_clock: MoveClock, say: Say) -> None:
        super().__init__(people, move_clock, say)
        self._teacher = people["teacher"]
        self._workers = {name: people[name] for name in NAMES}
        self._vouchers: dict[str, str] = {}

    def approve_project(self) -> str:
        """Let the provider into the catalogue, and approve a targeted project; its id."""
        self.on("2024-01-15")
        entry = self._handler.ask("POST", "/v1/catalogue-entries", plan.catalogue_entry())
        path = f"/v1/catalogue-entries/{entry['case']['id']}"
        self._approver.step(path, "approve", {"reason": "符合入目录条件"})
        self._say(f"{PROVIDER} enters the catalogue, signed by two people")
        self.on("2024-01-22")
        drafted = self._handler.ask("POST", "/v1/voucher-projects", plan.project())
        project_id: str = drafted["case"]["id"]
        path = f"/v1/voucher-projects/{project_id}"
        approved = self._approver.step(path, "approve", {"reason": "同意发放"})
        told = approved["plan"]
        self._say(
            f"project {told['document_number']} drafted by one person, approved by another:"
            f" {told['quota']} vouchers, face value {yuan(told['face_value_fen'])} 元,"
            f" standard {yuan(told['standards'][0]['standard_fen'])} 元, valid until {VALID_UNTIL}"
        )
        return project_id

    def issue(self, project_id: str) -> None:
        """Send a list with one bad cell, which issues nothing, and the list put right."""
        self.on("2024-02-01")
        people = plan.listed()
        row, (name, number) = len(people) + 1, people[-1]
        slipped = number.replace("0", "O", 1)
        path = f"/v1/voucher-projects/{project_id}/issues"
        problem = refused(
            "voucher_list_faulty",
            lambda: self._handler.ask("POST", path, plan.csv_of([*people[:-1], (name, slipped)])),
        )
        (fault,) = problem["errors"]
        found = (fault["pointer"], fault["code"], fault.get("proposal"))
        same("fault", found, (f"/rows/{row}/citizen_id", "citizen_id_malformed", number))
        self._say(f"a list of {len(people)} people with a letter O in a number: nothing is issued")
        self._say(f"  {fault['code']} {fault['pointer']} {fault['detail']}")
        self._say(f"  proposed, because the check character proves it: {fault['proposal']}")
        self._issue(project_id, people)
        self._say(f"put right, the system issues {len(people)} vouchers")

    def _issue(self, project_id: str, people: list[tuple[str, str]]) -> None:
        ordered = self._handler.ask(
            "POST", f"/v1/voucher-projects/{project_id}/issues", plan.csv_of(people)
        )
        path = f"/v1/voucher-issues/{ordered['issue']['id']}"
        issued = self._handler.wait_until(path, "finished_at")
        same("issued", issued["issued"], len(people))

    def collect(self, project_id: str) -> None:
        """Let five workers collect; one gives it back, and never collects another."""
        self.on("2024-02-05")
        for account, worker in self._workers.items():
            (mine,) = worker.get(f"/v1/vouchers?project_id={project_id}")["items"]
            self._vouchers[account] = mine["id"]
            collected = self._act(worker, account, "collect")
            found = (collected["state"], collected["name"])
            same("collected", found, ("collected", NAMES[account]))
        self._say(f"{'、'.join(NAMES.values())} collect theirs; the others do not come")
        why = {"reason": "暂无培训需要"}
        back = self._act(self._workers[RETURNS], RETURNS, "give-back", why)
        same("given back", back["state"], "returned")
        self._issue(project_id, [plan.row_of(RETURNS)])
        self._say(f"{NAMES[RETURNS]} gives it back, and is issued another by a second list")

    def reserve(self, project_id: str) -> str:
        """Plan a class, and reserve in it; a frozen voucher waits for its release. The class's address."""
        self.on("2024-02-26")
        planned = self._teacher.ask("POST", "/v1/voucher-classes", plan.class_plan(project_id))
        class_id = planned["case"]["id"]
        path = f"/v1/voucher-classes/{class_id}"
        self._say(f"the provider plans {planned['class_name']}, fee {yuan(planned['fee_fen'])} 元")
        self._act(self._handler, FROZEN, "freeze", {"reason": "涉嫌冒用他人身份"})
        held, wanted = self._workers[FROZEN], {"class_id": class_id}
        problem = refused("voucher_frozen", lambda: self._act(held, FROZEN, "reserve", wanted))
        self._say(f"{NAMES[FROZEN]}'s voucher is frozen, and his reservation refused:")
        self._say(f"  {problem['code']} {problem['title']}")
        for account in (one for one in TRAINED if one != FROZEN):
            self._act(self._workers[account], account, "reserve", wanted)
        self.on("2024-02-28")
        self._act(self._approver, FROZEN, "release", {"reason": "调查结束，未发现问题"})
        self._act(held, FROZEN, "reserve", wanted)
        same("places taken", self._teacher.get(path)["taken"], len(TRAINED))
        self._say(f"released by another person, it is used: {len(TRAINED)} places are taken")
        return path

    def start(self, path: str) -> None:
        """Report the start and verify it by two people: money is committed now, and not before."""
        same("committed before the start", self.balances()["committed"], 0)
        self.on(STARTS)
        self._teacher.step(path, "report-start", {"started_on": STARTS, "absent": []})
        self._handler.step(path, "review-start", {"reason": "现场核验属实"})
        self._approver.step(path, "verify-start", {"reason": "同意开班"})
        self._say_committed("training begins, verified by two people", people=len(TRAINED))

    def complete(self, path: str) -> None:
        """Enter sessions and what the gate recorded; who attended too little does not complete."""
        self.on(ENDS)
        entered = self._teacher.ask("POST", f"{path}/sessions", plan.sessions())["sessions"]
        by_day = {one["held_on"]: one["id"] for one in entered}
        upload = plan.check_ins(by_day, self._vouchers)
        done = self._teacher.ask("POST", f"{path}/check-ins", upload)
        same("check-ins", (done["added"], done["marked"]), (len(upload["entries"]), 0))
        self._say(
            f"{len(entered)} sessions; the gate sends {done['added']} check-ins it has recorded"
        )
        people = self._teacher.get(f"{path}/people")["items"]
        shown = {one["name"]: one["attendance_basis_points"] for one in people}
        same("attendance", shown, {NAMES[one]: share for one, share in plan.ATTENDANCE.items()})
        self._say("  " + ", ".join(f"{name} {percent(share)}" for name, share in shown.items()))
        problem = refused(
            "completion_report_faulty",
            lambda: self._teacher.step(path, "report-completion", self._outcomes(failed=())),
        )
        (fault,) = problem["errors"]
        where = f"/outcomes/{TRAINED.index(FAILS)}/outcome"
        same("fault", (fault["pointer"], fault["code"]), (where, "attendance_too_low"))
        self._say(f"reported as completed by all: {fault['code']} {where} {fault['detail']}")
        self._teacher.step(path, "report-completion", self._outcomes(failed=(FAILS,)))
        self._handler.step(path, "confirm-completion", {"reason": "与台账一致"})
        self._say_committed("completion confirmed", people=len(REDEEMED))

    def _outcomes(self, *, failed: tuple[str, ...]) -> Json:
        outcomes = [
            {
                "voucher_id": self._vouchers[account],
                "outcome": "failed" if account in failed else "completed",
                "day": ENDS,
            }
            for account in TRAINED
        ]
        return {"completed_on": ENDS, "outcomes": outcomes}

    def redeem(self, path: str) -> None:
        """Redeem each completed voucher by the code its worker shows, and one of them once too often."""
        codes = []
        for account in REDEEMED:
            shown = self._workers[account].get(f"/v1/vouchers/{self._vouchers[account]}")
            codes.append({"code": shown["code_grouped"]})
            done = self._teacher.ask("POST", f"{path}/redemptions", codes[-1])
            same("redeemed", (done["state"], done["name"]), ("redeemed", NAMES[account]))
        problem = refused(
            "voucher_redeemed_already",
            lambda: self._teacher.ask("POST", f"{path}/redemptions", codes[0]),
        )
        self._say(f"{len(codes)} vouchers are redeemed by their codes; the first once more:")
        self._say(f"  {problem['code']} {problem['title']}")

    def settle(self, project_id: str) -> str:
        """Settle the provider's month: one line is refused, the others are paid. Its address."""
        self.on("2024-04-08")
        drafted = self._teacher.ask("POST", "/v1/voucher-settlements", plan.claim(project_id))
        same("claimed", drafted["vouchers"], len(REDEEMED))
        settlement_id = drafted["case"]["id"]
        path = f"/v1/voucher-settlements/{settlement_id}"
        self._teacher.step(path, "submit")
        self.verify_accounts()
        self._handler.step(path, "accept")
        finding = {
            "voucher_id": self._vouchers[DOUBTED],
            "disposition": "refused",
            "reason": "签到记录与现场照片不符",
        }
        review = {"lines": [finding], "reason": "其余经核对属实"}
        reviewed = self._handler.step(path, "review", review)
        same("payable", reviewed["amount_fen"], PAID_FEN)
        self._say(
            f"the provider claims {drafted['vouchers']} vouchers of {drafted['month'][:7]};"
            f" one line is refused, payable {yuan(reviewed['amount_fen'])} 元"
        )
        self.on("2024-04-10")
        self._approver.step(path, "approve", {"reason": "同意支付"})
        self._say_committed("approved", people=len(PAID))
        self.pay("voucher_settlement", settlement_id, 2024, booked_on="2024-04-12")
        self._teacher.wait_for(path, "closed")
        self._say("paid and confirmed by the bank; the settlement is closed")
        return path

    def expire(self, project_id: str) -> None:
        """Wait for what the daily job has made of the vouchers nobody collected."""
        uncollected = f"/v1/vouchers?project_id={project_id}&state=issued"
        self._handler.wait_while(uncollected, lambda shown: bool(shown["items"]))
        (moved,) = self._handler.get("/v1/voucher-sets?event=expire")["items"]
        same("expired", moved["vouchers"], COUNTED[VoucherStep.EXPIRED][0])
        self._say(
            f"meanwhile the daily job has expired {moved['vouchers']} vouchers that nobody collected"
            f" until {VALID_UNTIL}, as one set: {moved['digest'][:16]}…"
        )

    def explain(self, project_id: str, settlement: str) -> None:
        """Print for every voucher why it pays, or why it does not."""
        self._say("\n— explanations 说明 —")
        lines = self._teacher.get(f"{settlement}/lines")["items"]
        settled = {line["voucher_id"] for line in lines}
        same("lines", settled, {self._vouchers[account] for account in REDEEMED})
        listed = self._handler.get(f"/v1/vouchers?project_id={project_id}")["items"]
        same("vouchers", Counter(one["state"] for one in listed), Counter(plan.ENDED))
        for one in listed:
            state = one["state_name"]
            self._say(f"\n{one['name']} {one['citizen_id_masked']} {state['zh']} {state['en']}")
            if one["id"] in settled:
                self.say_explained(self._teacher.get(f"{settlement}/lines/{one['id']}/explanation"))
            else:
                why = self._handler.get(f"/v1/vouchers/{one['id']}/explanation")
                for said in (obstacle["detail"] for obstacle in why["obstacles"]):
                    self._say(f"  {said['zh']}\n  {said['en']}")
        settlement_id = settlement.rpartition("/")[2]
        paid = self._teacher.get(f"/v1/payments?voucher_settlement_id={settlement_id}")["items"]
        same("payments", [(one["state"], one["amount_fen"]) for one in paid], [("paid", PAID_FEN)])
        path = f"/v1/payments/{paid[0]['id']}/explanation"
        self._say(f"\n{path}")
        self.say_explained(self._teacher.get(path))

    def count(self, project_id: str) -> None:
        """Print the statistics: vouchers and people, each in a column of its own."""
        self._say("\n— statistics 统计: vouchers 人次, people 人 —")
        found = self._handler.get("/v1/voucher-statistics")["items"]
        (line,) = (one for one in found if one["key"] == project_id)
        for step in line["steps"]:
            name = step["step_name"]
            self._say(f"  {name['zh']} {name['en']:<12}{step['vouchers']:>6}{step['people']:>6}")
        self._say(f"  支付金额 paid {yuan(line['paid_fen'])} 元")
        shown = {one["step"]: (one["vouchers"], one["people"]) for one in line["steps"]}
        same("statistics", shown, dict(COUNTED))
        same("paid", line["paid_fen"], PAID_FEN)

    def _act(self, person: Partner, account: str, action: str, body: Json | None = None) -> Json:
        """Do one act to a voucher, at the version that is on file."""
        path = f"/v1/vouchers/{self._vouchers[account]}"
        return person.ask("POST", f"{path}/{action}", body, version=person.get(path)["version"])

    def _say_committed(self, what: str, *, people: int) -> None:
        """Tell what has happened and what is committed for these people; the rest is available."""
        left = self.balances()
        same("committed", left["committed"], people * WORTH_FEN)
        same("available", left["available"], APPROPRIATED_FEN - people * WORTH_FEN)
        self._say(f"{what}: committed for {people} people, {yuan(left['committed'])} 元")
