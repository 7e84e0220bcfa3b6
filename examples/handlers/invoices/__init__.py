"""
The invoicer: a Lambda function that reacts to events of the shop.

It has the same code directory and the same layer as `orders`, and imports nothing
of it: they know each other by events only.

- `store`: what is written to S3, and what is counted there.
- `handler`: what is done for which event.
"""
