"""
The broker: a Lambda function that acts for one tenant at a time, and can do no more.

It stands behind an HTTP API whose JWT authorizer has verified who calls. The role of
the function itself reaches no data: it may assume the role of tenants, and does so
with the tenant of the token as a tag. What the code then asks for by mistake, or is
made to ask for, IAM refuses.

- `claims`: whom a request is for, from what the authorizer verified.
- `sessions`: the sessions of the role of tenants, each for one tenant.
- `handler`: shows a tenant its orders, newest first.
"""
