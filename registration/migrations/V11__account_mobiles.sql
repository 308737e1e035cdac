-- A mobile may serve several accounts: a parent registers two children. Who proved it first has it in `account_logins`,
-- where the version before looks for it, too; who proved it after that has it here.
CREATE TABLE registration.account_mobiles (
    account uuid PRIMARY KEY REFERENCES registration.accounts,
    index   bytea NOT NULL CHECK (octet_length(index) = 32)
);
CREATE INDEX account_mobiles_of_index ON registration.account_mobiles (index);
