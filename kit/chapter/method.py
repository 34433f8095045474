"""口径: the thresholds, denominators and dates behind a run's figures, in words."""

from collections.abc import Iterable
from typing import Any

from kit.context import Context
from kit.params import KeyProduct, Params
from kit.report.names import intent_told
from kit.text import Wording


def method(context: Context, words: Wording) -> dict[str, Any]:
    """Thresholds, ladders and dates of a run, as the sentences of every chapter may name them."""
    params = context.params
    return {
        "params": params,
        "as_of": params.day,
        "basis": words.label(f"labels.basis.{context.aum_column}"),
        "ladder": words.join([
            f"{_name('tier', tier.code, words)} ≥{tier.floor_wan:g}" for tier in params.tiers[1:]
        ]),
        "roles": words.join([
            f"{_name('tier', tier.code, words)} {_roles(words, tier.roles)}"
            for tier in reversed(params.tiers)
        ]),
        "stages": words.join([
            words(f"common.stage.{s.measure}", name=_name("stage", s.code, words), least=s.at_least)
            for s in params.stages.order
        ]),
        "cadence": words.join([
            words("common.cadence", wan=rung.from_wan, days=rung.every_days)
            for rung in params.contact.cadence
        ] + [
            words("common.cadence_familiar", days=days)
            for days in (params.contact.familiar_days,) if days is not None
        ]),
        "printed": params.today,
        "age_days": params.age_days,
        "plan_start": context.plan_start,
        "tier_of_value": _name("tier", params.tiers[1].code, words),
        "quiet": words.join([words.label(f"contact.quiet.{kind}") for kind in params.contact.message_only]),
        "within": {kind.code: kind.within_days for kind in params.contact.classes},
        "again": {kind.code: kind.again_days for kind in params.contact.classes},
        "intent_rules": words.join([intent_told(grade, words) for grade in params.contact.intents]),
        "offers": words.join([_offer(product, params, words) for product in params.offers.key]) or "—",
    }  # fmt: skip


def _roles(words: Wording, roles: Iterable[str]) -> str:
    return "/".join(words.label(f"labels.role.{role}", default=role) for role in roles) or "—"


def _offer(product: KeyProduct, params: Params, words: Wording) -> str:
    """A key product and to whom it may be offered."""
    low, high = product.ages or (0, 0)
    terms = [
        f"R{params.offers.risk[product.family]}" if product.family in params.offers.risk else "",
        words("common.offer_wan", wan=product.from_wan) if product.from_wan else "",
        words("common.offer_ages", low=low, high=high) if product.ages else "",
        words.join([_name("segment", code, words) for code in product.segments]) if product.segments else "",
    ]
    family = _name("family", product.family, words)
    told = words.join([term for term in terms if term])
    return words("common.offer", family=family, terms=told) if told else family


def _name(kind: str, code: str, words: Wording) -> str:
    return words.label(f"labels.{kind}.{code}", default=code)
