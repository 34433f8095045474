-- Open Class I, II and III accounts of the person at the bank, over all customer numbers with his certificate. Who has none has none only where the accounts of his branch were sent; of whose accounts none has a class, nothing is known (R4).
-- needs
--   class_1_accounts, class_2_accounts, class_3_accounts: account.account_class
SELECT
  c.customer_id,
  CASE WHEN b.branch_id IS NOT NULL AND COALESCE(p.accounts, 0) = 0 THEN 0 WHEN p.classed > 0 THEN p.class_1_accounts END AS class_1_accounts,
  CASE WHEN b.branch_id IS NOT NULL AND COALESCE(p.accounts, 0) = 0 THEN 0 WHEN p.classed > 0 THEN p.class_2_accounts END AS class_2_accounts,
  CASE WHEN b.branch_id IS NOT NULL AND COALESCE(p.accounts, 0) = 0 THEN 0 WHEN p.classed > 0 THEN p.class_3_accounts END AS class_3_accounts
FROM customer c
LEFT JOIN sent b ON b.branch_id = c.branch_id AND b.source = 'account'
LEFT JOIN (
  SELECT
    COALESCE(o.person_key, o.customer_id) AS person,
    COUNT(*) AS accounts,
    COUNT(a.class) AS classed,
    COUNT(CASE WHEN a.class IN :class_1_words THEN 1 END) AS class_1_accounts,
    COUNT(CASE WHEN a.class IN :class_2_words THEN 1 END) AS class_2_accounts,
    COUNT(CASE WHEN a.class IN :class_3_words THEN 1 END) AS class_3_accounts
  FROM (
    SELECT
      customer_id,
      UPPER(REPLACE(REPLACE(TRIM(account_class), '户', ''), '类', '')) AS class
    FROM account
    WHERE COALESCE(account_status NOT IN :closed_words, TRUE) AND COALESCE(close_date > :as_of, TRUE)
  ) a
  JOIN customer o ON o.customer_id = a.customer_id
  GROUP BY COALESCE(o.person_key, o.customer_id)
) p ON p.person = COALESCE(c.person_key, c.customer_id)
