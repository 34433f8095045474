-- One row a branch and word of the contact log that no class of words knows: of such a contact it is known neither how it was made nor whether the customer was reached.
SELECT c.branch_id, u.kind, u.said, COUNT(*) AS times
FROM (
  SELECT customer_id, 'outcome' AS kind, contact_result AS said FROM contact
  UNION ALL
  SELECT customer_id, 'way' AS kind, contact_type AS said FROM contact
) u
JOIN customer c ON c.customer_id = u.customer_id
LEFT JOIN meanings m ON m.kind = u.kind AND m.said = u.said
WHERE u.said IS NOT NULL AND m.code IS NULL
GROUP BY c.branch_id, u.kind, u.said
