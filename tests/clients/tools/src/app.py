def handler(event, context):
    return {"Replies": [{"Tag": message["Tag"], "Data": message["Data"].upper()} for message in event["Messages"]]}
