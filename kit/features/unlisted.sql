-- A row a customer and month in whose tables he is not, and which does not mean that he was none: his row was set aside, or the delivery is not complete for his branch. Complete has rows of the branch, not many fewer than a month before, and none set aside that names nobody; whose accounts are all closed, or who came later, is none (R49, R78).
SELECT DISTINCT u.customer_id, u.as_of
FROM (
  SELECT customer_id, as_of FROM set_aside WHERE customer_id IS NOT NULL
  UNION ALL
  SELECT s.customer_id, d.as_of
  FROM (
    SELECT
      b.*,
      n.listed,
      LAG(b.month) OVER (PARTITION BY b.branch_id ORDER BY b.as_of) AS month_before,
      LAG(n.listed) OVER (PARTITION BY b.branch_id ORDER BY b.as_of) AS listed_before
    FROM (
      SELECT o.branch_id, t.as_of, t.month
      FROM (SELECT DISTINCT branch_id FROM customer) o
      CROSS JOIN (SELECT DISTINCT as_of, YEAR(as_of) * 12 + MONTH(as_of) AS month FROM customer_month) t
    ) b
    LEFT JOIN (
      SELECT c.branch_id, m.as_of, COUNT(*) AS listed
      FROM (
        SELECT customer_id, as_of FROM customer_month
        UNION
        SELECT customer_id, as_of FROM set_aside
      ) m
      JOIN customer c ON c.customer_id = m.customer_id
      GROUP BY c.branch_id, m.as_of
    ) n ON n.branch_id = b.branch_id AND n.as_of = b.as_of
  ) d
  LEFT JOIN (SELECT DISTINCT branch_id, as_of FROM set_aside WHERE customer_id IS NULL) a
    ON a.branch_id = d.branch_id AND a.as_of = d.as_of
  JOIN (
    SELECT DISTINCT c.branch_id, c.customer_id, c.open_date
    FROM customer c
    JOIN customer_month m ON m.customer_id = c.customer_id
  ) s ON s.branch_id = d.branch_id AND COALESCE(s.open_date <= d.as_of, TRUE)
  WHERE d.listed IS NULL
    OR a.branch_id IS NOT NULL
    OR d.month - d.month_before <= 1 AND d.listed < d.listed_before * (1 - :checks.panel_jump)
    AND d.listed + :compared.smallest <= d.listed_before
) u
LEFT JOIN customer_month m ON m.customer_id = u.customer_id AND m.as_of = u.as_of
LEFT JOIN (
  SELECT customer_id, MAX(COALESCE(close_date, :as_of)) AS closed_on
  FROM account
  GROUP BY customer_id
  HAVING COUNT(*) = COUNT(CASE WHEN account_status IN :closed_words OR close_date <= :as_of THEN 1 END)
) k ON k.customer_id = u.customer_id
WHERE m.customer_id IS NULL AND COALESCE(k.closed_on > u.as_of, TRUE)
