-- One row a customer and day on which deposits or products of his fell due, long enough ago to tell: was he contacted before, did he take something new within the profile's days, what did he hold before and after; where the log, or accounts and holdings both, were not sent for the branch, nobody knows of the first two (R103).
-- needs
--   matured_date: account.maturity_date or holding.maturity_date
--   reminded: contact.contact_date
--   renewed: account.start_date or holding.buy_date
SELECT
  e.branch_id,
  e.customer_id,
  e.matured_date,
  e.reminded,
  e.renewed,
  COALESCE(b.aum_spot_fen, b.:aum_column) AS held_before_fen,
  COALESCE(a.aum_spot_fen, a.:aum_column) AS held_after_fen
FROM (
  SELECT
    d.branch_id,
    d.customer_id,
    d.matured_date,
    CASE WHEN MIN(w.known_since) + INTERVAL :contact.maturity_days DAY <= d.matured_date THEN COUNT(k.contact_date) > 0 END AS reminded,
    CASE WHEN COUNT(a.source) > 0 AND COUNT(h.source) > 0 THEN COUNT(s.start_date) > 0 END AS renewed,
    MAX(CASE WHEN m.as_of < d.matured_date THEN m.as_of END) AS before_date,
    MIN(CASE WHEN m.as_of >= d.matured_date + INTERVAL :practice.settle_days DAY THEN m.as_of END) AS after_date
  FROM (
    SELECT DISTINCT c.branch_id, c.customer_id, l.matured_date
    FROM customer c
    JOIN (
      SELECT customer_id, maturity_date AS matured_date FROM account
      UNION ALL
      SELECT customer_id, maturity_date AS matured_date FROM holding
    ) l ON l.customer_id = c.customer_id
    WHERE l.matured_date > :practice_since AND l.matured_date <= :settled_until
  ) d
  JOIN customer_month m ON m.customer_id = d.customer_id AND m.as_of <= :as_of
  LEFT JOIN sent w ON w.branch_id = d.branch_id AND w.source = 'contact'
  LEFT JOIN sent a ON a.branch_id = d.branch_id AND a.source = 'account'
  LEFT JOIN sent h ON h.branch_id = d.branch_id AND h.source = 'holding'
  LEFT JOIN contact k ON k.customer_id = d.customer_id
    AND k.contact_date <= d.matured_date AND k.contact_date + INTERVAL :contact.maturity_days DAY >= d.matured_date
  LEFT JOIN (
    SELECT customer_id, start_date FROM account
    UNION ALL
    SELECT customer_id, buy_date AS start_date FROM holding
  ) s ON s.customer_id = d.customer_id
    AND s.start_date >= d.matured_date AND s.start_date <= d.matured_date + INTERVAL :practice.settle_days DAY
  GROUP BY d.branch_id, d.customer_id, d.matured_date
) e
LEFT JOIN customer_month b ON b.customer_id = e.customer_id AND b.as_of = e.before_date
LEFT JOIN customer_month a ON a.customer_id = e.customer_id AND a.as_of = e.after_date
