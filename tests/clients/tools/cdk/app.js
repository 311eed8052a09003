// The stack of ../template.yaml's listener as a CDK app; LOOPGATE_CODE is the folder of the function's code.
const cdk = require("aws-cdk-lib");
const iam = require("aws-cdk-lib/aws-iam");
const lambda = require("aws-cdk-lib/aws-lambda");
const s3 = require("aws-cdk-lib/aws-s3");

class Demo extends cdk.Stack {
  constructor(scope, id) {
    super(scope, id, { env: { account: "123456789012", region: "us-west-2" } });
    const shout = new lambda.Function(this, "Shout", {
      runtime: lambda.Runtime.PYTHON_3_11,
      handler: "app.handler",
      code: lambda.Code.fromAsset(process.env.LOOPGATE_CODE),
    });
    // As customer-config.json has them, which a CDK app cannot include.
    const config = new cdk.CfnMapping(this, "ProxylityConfig", {
      mapping: {
        "us-west-2": {
          ServiceToken: "arn:aws:lambda:us-west-2:210987654321:function:proxylity-udp-gateway-resources",
          ServiceRole: "arn:aws:iam::210987654321:role/proxylity-udp-gateway",
        },
      },
    });
    const role = new iam.Role(this, "GatewayRole", {
      assumedBy: new iam.ArnPrincipal(config.findInMap(this.region, "ServiceRole")),
    });
    shout.grantInvoke(role);
    new s3.Bucket(this, "Files", { removalPolicy: cdk.RemovalPolicy.DESTROY });
    new cdk.CfnResource(this, "Listener", {
      type: "Custom::ProxylityUdpGatewayListener",
      properties: {
        ServiceToken: config.findInMap(this.region, "ServiceToken"),
        ApiKey: "loopgate-123456789012",
        Protocols: ["udp"],
        ClientRestrictions: { Networks: ["0.0.0.0/0"] },
        Destinations: [{
          Name: "shout",
          DestinationArn: shout.functionArn,
          Role: { Arn: role.roleArn },
          Formatter: "utf8",
          Batching: { Count: 1 },
        }],
      },
    });
  }
}

const app = new cdk.App();
new Demo(app, "cdk-demo");
