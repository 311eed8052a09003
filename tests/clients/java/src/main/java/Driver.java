import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Calls the AWS SDK for Java v2 for drivers.py: one JSON line {service, operation, params} in, one JSON line {result} or
 * {error, message} out. Bytes travel as {"$bytes": base64}.
 */
final class Driver {
  private record Service(String model, Object client) {}

  private final Map<String, Service> services = new LinkedHashMap<>();

  private Driver() {
    add("cloudformation", "cloudformation", software.amazon.awssdk.services.cloudformation.CloudFormationClient.builder());
    add("dynamodb", "dynamodb", software.amazon.awssdk.services.dynamodb.DynamoDbClient.builder());
    add("lambda", "lambda", software.amazon.awssdk.services.lambda.LambdaClient.builder());
    add("logs", "cloudwatchlogs", software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient.builder());
    add("sns", "sns", software.amazon.awssdk.services.sns.SnsClient.builder());
    add("sqs", "sqs", software.amazon.awssdk.services.sqs.SqsClient.builder());
    add("sts", "sts", software.amazon.awssdk.services.sts.StsClient.builder());
  }

  private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> void add(
      String name, String room, B builder) {
    builder.endpointOverride(URI.create(System.getenv("AWS_ENDPOINT_URL")));
    builder.httpClient(UrlConnectionHttpClient.create());
    builder.overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()));
    services.put(name, new Service("software.amazon.awssdk.services." + room + ".model.", builder.build()));
  }

  private Object call(JsonNode asked) throws ReflectiveOperationException {
    Service service = services.get(asked.field("service").orElseThrow().asString());
    String operation = asked.field("operation").orElseThrow().asString();
    Class<?> type = Class.forName(service.model() + operation.replace("SMS", "Sms") + "Request");
    Object builder = type.getMethod("builder").invoke(null);
    assign((SdkPojo) builder, asked.field("params").orElseThrow());
    String method = Character.toLowerCase(operation.charAt(0)) + operation.substring(1);
    // The client's class is not public; the method is its interface's.
    for (Class<?> face : service.client().getClass().getInterfaces()) {
      for (var candidate : face.getMethods()) {
        if (candidate.getName().equals(method) && candidate.getParameterCount() == 1
            && candidate.getParameterTypes()[0] == type) {
          return candidate.invoke(service.client(), ((Buildable) builder).build());
        }
      }
    }
    throw new NoSuchMethodException(method);
  }

  // What JSON gave, into the fields of a builder.
  private static void assign(SdkPojo builder, JsonNode members) {
    for (var member : members.asObject().entrySet()) {
      // DynamoDB's NULL is called NUL here.
      String name = member.getKey().equals("NULL") ? "NUL" : member.getKey();
      SdkField<?> field = builder.sdkFields().stream().filter(f -> f.memberName().equalsIgnoreCase(name))
          .findFirst().orElseThrow(() -> new IllegalArgumentException("no member " + member.getKey()));
      field.set(builder, value(field, member.getValue()));
    }
  }

  private static Object value(SdkField<?> field, JsonNode json) {
    MarshallingType<?> type = field.marshallingType();
    if (type == MarshallingType.STRING) return json.asString();
    if (type == MarshallingType.INTEGER) return Integer.valueOf(json.asNumber());
    if (type == MarshallingType.LONG) return Long.valueOf(json.asNumber());
    if (type == MarshallingType.BOOLEAN) return json.asBoolean();
    if (type == MarshallingType.INSTANT) return Instant.ofEpochMilli(Long.parseLong(json.asNumber()));
    if (type == MarshallingType.SDK_BYTES) {
      return json.isString() ? SdkBytes.fromUtf8String(json.asString())
          : SdkBytes.fromByteArray(Base64.getDecoder().decode(json.field("$bytes").orElseThrow().asString()));
    }
    if (type == MarshallingType.LIST) {
      SdkField<?> item = field.getTrait(ListTrait.class).memberFieldInfo();
      List<Object> out = new ArrayList<>();
      for (JsonNode each : json.asArray()) out.add(value(item, each));
      return out;
    }
    if (type == MarshallingType.MAP) {
      SdkField<?> item = field.getTrait(MapTrait.class).valueFieldInfo();
      Map<String, Object> out = new LinkedHashMap<>();
      json.asObject().forEach((key, each) -> out.put(key, value(item, each)));
      return out;
    }
    SdkPojo builder = field.constructor().get();
    assign(builder, json);
    return ((Buildable) builder).build();
  }

  private static void write(JsonWriter out, Object value) {
    if (value instanceof SdkPojo pojo) {
      out.writeStartObject();
      for (SdkField<?> field : pojo.sdkFields()) {
        Object member = field.getValueOrDefault(pojo);
        // An absent list or map is an empty one of the SDK's own.
        boolean absent = member == null
            || member instanceof software.amazon.awssdk.core.util.SdkAutoConstructList
            || member instanceof software.amazon.awssdk.core.util.SdkAutoConstructMap;
        if (absent) continue;
        out.writeFieldName(field.memberName());
        if (member instanceof SdkBytes bytes && field.memberName().equals("Payload")) member = bytes.asUtf8String();
        write(out, member);
      }
      out.writeEndObject();
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      map.forEach((key, each) -> {
        out.writeFieldName(key.toString());
        write(out, each);
      });
      out.writeEndObject();
    } else if (value instanceof List<?> list) {
      out.writeStartArray();
      list.forEach(each -> write(out, each));
      out.writeEndArray();
    } else if (value instanceof SdkBytes bytes) {
      out.writeStartObject();
      out.writeFieldName("$bytes").writeValue(Base64.getEncoder().encodeToString(bytes.asByteArray()));
      out.writeEndObject();
    } else if (value instanceof Integer number) {
      out.writeValue(number);
    } else if (value instanceof Long number) {
      out.writeValue(number);
    } else if (value instanceof Double number) {
      out.writeValue(number);
    } else if (value instanceof Boolean flag) {
      out.writeValue(flag);
    } else {
      out.writeValue(value.toString());
    }
  }

  private byte[] answer(String line) throws ReflectiveOperationException {
    JsonWriter out = JsonWriter.create();
    out.writeStartObject();
    try {
      Object result = call(JsonNode.parser().parse(line));
      out.writeFieldName("result");
      write(out, result);
    } catch (InvocationTargetException thrown) {
      String code = "Client";
      String message = String.valueOf(thrown.getCause());
      if (thrown.getCause() instanceof AwsServiceException refused && refused.awsErrorDetails() != null) {
        code = refused.awsErrorDetails().errorCode();
        message = refused.awsErrorDetails().errorMessage();
      }
      out.writeFieldName("error").writeValue(String.valueOf(code));
      out.writeFieldName("message").writeValue(String.valueOf(message));
    }
    out.writeEndObject();
    return out.getBytes();
  }

  public static void main(String[] arguments) throws Exception {
    Driver driver = new Driver();
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.write(driver.answer(line));
      out.println();
      out.flush();
    }
  }
}
