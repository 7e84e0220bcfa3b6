"""
The order processor: a Lambda function that takes orders from an SQS queue.

The directory above this package is the function's code, as it is, and its handler
is `orders.handler.handler`. Nothing is bundled with it, and it has no requirements
file: boto3 comes with the Lambda runtime, and Powertools, with the X-Ray SDK, with
the Powertools layer.

- `settings`: what the environment has to name, checked when a sandbox starts.
- `order`: an order, and how strictly a message is read; `fields` does the reading,
  and `errors` has what it raises.
- `documents`: what is written to S3, and the links by which customers write.
- `events`: what others hear of an order.
- `store`: what is written to DynamoDB.
- `handler`: how these come together for each record of a batch.
"""
