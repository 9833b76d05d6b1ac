"""What a settlement is explained with: stored facts become sentences when asked. Names nobody."""

from collections.abc import Mapping
from typing import Final

from domain.certificate import FindingResult
from domain.eligibility import EligibilityRule
from domain.errors import Text
from domain.explanation import (
    Sentence,
    entitlement_sentences,
    numbered,
    policy_sentence,
    settlement_sentences,
)
from domain.settlement import Ground, LineFacts, SettlementReasons, UnpaidPart
from domain.stacking import explain_violation

GROUNDS: Final[Mapping[Ground, Text]] = {
    Ground.CERTIFIED: Text(
        "证书经核验属实，各项资格均符合。",
        "The certificate is confirmed and every rule is met.",
    ),
    Ground.UNCERTIFIED: Text(
        "结业，但没有可计的证书。", "Completed, without a certificate that counts."
    ),
    Ground.EXITED: Text("未结业。", "Did not complete."),
    Ground.IN_TRAINING: Text("培训仍在进行。", "Still in training."),
    Ground.AWAITED: Text(
        "证书待上传或待发放，暂缓处理，不影响其他人员。",
        "The certificate is still to be uploaded or issued: held, without delaying anybody else.",
    ),
    Ground.UNPROVEN: Text(
        "申报证书核验不符，在经办人员作出认定之前不予补贴。",
        "The declared certificate was not confirmed: nothing is paid until an officer has decided.",
    ),
    Ground.INELIGIBLE: Text("不符合补贴条件，不予补贴。", "Not eligible: nothing is paid."),
    Ground.OBJECTION: Text(
        "公示期间有异议，核查期间暂缓支付，不影响其他人员。",
        "An objection is being examined: held, without delaying anybody else.",
    ),
    Ground.OBJECTION_UPHELD: Text(
        "公示异议成立，不予补贴。", "An objection was upheld: nothing is paid."
    ),
    Ground.INVESTIGATION: Text(
        "已暂停支付，待调查结束后处理，不影响其他人员。",
        "Payment is on hold during an investigation: held, without delaying anybody else.",
    ),
}

FINDINGS: Final[Mapping[FindingResult, Text]] = {
    FindingResult.MATCH: Text("一致", "match"),
    FindingResult.MATCH_NORMALISED: Text("规范化后一致", "match after normalising"),
    FindingResult.NAME_VARIANT: Text("姓名不一致", "another name"),
    FindingResult.ID_MISMATCH: Text("证件号码不一致", "another person's certificate"),
    FindingResult.NUMBER_MALFORMED: Text("证书编号格式不正确", "the number has no valid shape"),
    FindingResult.NOT_FOUND: Text("查无此证", "not found"),
    FindingResult.PENDING_UPLOAD: Text("待上传", "still to be uploaded"),
    FindingResult.WITHHELD: Text("先评定后发证", "assessed, to be issued later"),
    FindingResult.OCCUPATION_MISMATCH: Text("职业不一致", "another occupation"),
    FindingResult.LEVEL_MISMATCH: Text("等级不一致", "another grade"),
    FindingResult.DATE_MISMATCH: Text("发证日期不一致", "another date of issue"),
    FindingResult.ISSUER_MISMATCH: Text("发证机构不一致", "another issuer"),
    FindingResult.REVOKED: Text("已注销", "revoked"),
    FindingResult.CONFIRMED_MANUALLY: Text("人工确认", "confirmed by two people"),
}

RULES: Final[Mapping[EligibilityRule, Text]] = {
    EligibilityRule.ON_ROSTER: Text("在补贴名册内", "on the payable roster"),
    EligibilityRule.COMPLETION_CONFIRMED: Text("结业经确认", "completion confirmed"),
    EligibilityRule.EMPLOYMENT_CONFIRMED: Text("就业经确认", "employment confirmed"),
    EligibilityRule.STACKING: Text("未重复享受补贴", "not subsidised before"),
    EligibilityRule.NO_HOLD: Text("无暂停支付", "no hold"),
    EligibilityRule.CERTIFICATE_TYPE_ACCEPTED: Text("证书类型可用", "type of certificate accepted"),
    EligibilityRule.OCCUPATION_AS_FILED: Text("职业与备案一致", "occupation as filed"),
    EligibilityRule.GRADE_AS_FILED: Text("证书载明等级", "grade on the certificate"),
    EligibilityRule.INSIDE_WINDOW: Text("证书日期在规定期间内", "certificate date in the window"),
    EligibilityRule.NOT_USED_BEFORE: Text("证书未曾使用", "certificate not used before"),
    EligibilityRule.NOT_DUPLICATED: Text("证书未重复申报", "certificate not declared elsewhere"),
}


def explain_line(facts: LineFacts) -> tuple[Sentence, ...]:
    """Explain what one person of a settlement earned, or why nothing. Names nobody."""
    arithmetic = () if facts.entitlement is None else entitlement_sentences(facts.entitlement)
    reason = None if facts.entitlement is None else facts.entitlement.below_floor_reason
    return numbered(
        (
            policy_sentence(facts.policy_id, facts.document, reason),
            _ground_sentence(facts),
            *(explain_violation(violation) for violation in facts.stacking),
            *arithmetic,
        )
    )


def explain_reasons(reasons: SettlementReasons) -> tuple[Sentence, ...]:
    """Explain a settlement: earned by rule, not paid for, paid before, and what is left."""
    facts = reasons.facts
    return numbered(
        (
            policy_sentence(facts.policy_id, facts.document, facts.below_floor_reason),
            *(unpaid_sentence(part) for part in reasons.unpaid),
            *settlement_sentences(facts),
        )
    )


def _ground_sentence(facts: LineFacts) -> Text:
    said = GROUNDS[facts.ground]
    if facts.finding is not None and facts.ground is Ground.UNPROVEN:
        finding = FINDINGS[facts.finding]
        return Text(f"{said.zh}核验结果：{finding.zh}。", f"{said.en} The register: {finding.en}.")
    if facts.failed:
        rules = [RULES[rule] for rule in facts.failed]
        return Text(
            f"{said.zh}不符合：{'、'.join(rule.zh for rule in rules)}。",
            f"{said.en} Not met: {', '.join(rule.en for rule in rules)}.",
        )
    return said


def unpaid_sentence(part: UnpaidPart) -> Text:
    """Say how many people earn nothing, or not yet, and why."""
    said = GROUNDS[part.ground]
    return Text(f"{part.people} 人：{said.zh}", f"{part.people} people: {said.en}")
