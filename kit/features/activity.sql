-- 睡眠 for marketing: AUM at most the profile's and no active transaction since its idle date; interest is not activity. Both must be known, the last active day from the month or, where they reach to the date, from transactions (R73).
-- needs
--   last_active_date, dormant: customer_month.last_active_date or txn.is_active_txn or txn.is_interest or txn.summary or txn.txn_type or txn.channel
SELECT
  e.customer_id,
  e.last_active_date,
  a.aum_fen <= :dormancy.aum_at_most_fen
    AND CASE
      WHEN e.last_active_told IS NOT NULL OR e.txns_to_date OR e.last_active_date >= :idle_since THEN e.last_active_date < :idle_since
    END AS dormant
FROM evidence e
JOIN aum a ON a.customer_id = e.customer_id
