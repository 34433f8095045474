"""One branch of the invented bank: drawn once, then written as files."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kit.demo import relations
from kit.demo.activity import Activity, Txns, draw_activity, draw_txns, txn_file
from kit.demo.balances import Balances, draw_balances
from kit.demo.contacts import Contacts, contact_file, draw_contacts
from kit.demo.files import days, money
from kit.demo.oddities import PANEL, Columns
from kit.demo.panel import Habits, draw_habits, month_file
from kit.demo.people import People, draw_people, master_file
from kit.demo.plan import BranchPlan, Calendar
from kit.demo.products import Lots, account_file, draw_accounts, draw_ended, draw_holdings, holding_file
from kit.demo.units import UnitAccounts, draw_units, unit_file


@dataclass(frozen=True, slots=True)
class Branch:
    """Everything drawn for one branch."""

    plan: BranchPlan
    people: People
    held: Balances
    accounts: Lots
    holdings: Lots
    txns: Txns
    moved: Activity
    owners: relations.Owners
    contacts: Contacts
    ended: Lots
    habits: Habits
    units: UnitAccounts

    def files(self, rng: np.random.Generator, cal: Calendar) -> Iterator[tuple[str, Columns]]:
        """Name and columns of what the branch adds to each file of the bank."""
        plan, people, held, owners = self.plan, self.people, self.held, self.owners
        yield (
            "机构表",
            {
                "机构号": [plan.branch_id],
                "机构名称": [plan.name],
                "网点类型": [plan.setting],
                "网点地址": [f"示范市{plan.name[:-2]}示范大道{plan.number}号"],
                "标志性建筑": ["示范广场"],
                "网点电话": [f"0000-88{plan.number:05d}"],  # no place has the area code 0000
            },
        )
        yield "员工表", relations.staff_file(plan, cal)
        yield "客户信息", master_file(rng, people, cal)
        for month, name in enumerate(cal.months):
            yield (
                f"{PANEL}_{name}",
                month_file(people, month, held=held, moved=self.moved, habits=self.habits, cal=cal),
            )
        yield "存款账户", account_file(rng, people, self.accounts, self.ended, cal)
        yield "产品持有", holding_file(people, self.holdings)
        yield "交易流水", txn_file(people, self.txns)
        yield "管户关系", relations.assignment_file(rng, people, owners, cal)
        yield "联系记录", contact_file(rng, people, self.contacts)
        yield "成交记录", relations.sale_file(rng, people, held, owners, cal)
        yield "活动记录", relations.event_file(rng, people, held, cal)
        yield "网点经营表", self._months(cal)
        yield "单位账户", unit_file(self.units)

    def _months(self, cal: Calendar) -> dict[str, pa.Array]:
        """The branch's own figures: what its customers keep, and a part that units keep besides."""
        personal = np.where(self.held.present, self.held.deposit, 0).sum(axis=0)
        corporate = personal * (self.plan.number % 4 + 1) // 8
        return {
            "机构号": pa.array([self.plan.branch_id] * cal.count),
            "数据日期": days(cal.ends),
            "各项存款": money(personal + corporate),
            "个人存款": money(personal),
            "对公存款": money(corporate),
        }


def draw_branch(rng: np.random.Generator, plan: BranchPlan, customers: int, cal: Calendar) -> Branch:
    """Draw one branch: people, what they hold, what moves, and who keeps them."""
    people = draw_people(rng, plan, customers, cal)
    held = draw_balances(rng, people, cal)
    txns = draw_txns(rng, people, held, cal)
    accounts = draw_accounts(rng, people, held, cal)
    holdings = draw_holdings(rng, people, held, cal)
    moved, owners = draw_activity(rng, people, held, txns, cal), relations.draw_owners(rng, people, held)
    talked, gone = rng.spawn(2)  # what is drawn of them moves nothing else
    contacts, ended = draw_contacts(talked, people, held, owners, cal), draw_ended(gone, accounts, cal)
    units, habits = draw_units(plan, customers, cal), draw_habits(rng, people, held)
    return Branch(plan, people, held, accounts, holdings, txns, moved, owners, contacts, ended, habits, units)
