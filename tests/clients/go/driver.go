// Calls the AWS SDK for Go v2 for drivers.py: one JSON line {service, operation, params} in, one JSON line
// {result} or {error, message} out. Bytes travel as {"$bytes": base64}.
package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

type request struct {
	Service   string         `json:"service"`
	Operation string         `json:"operation"`
	Params    map[string]any `json:"params"`
}

// assign puts what JSON gave into a field of the SDK.
func assign(target reflect.Value, value any) error {
	switch target.Kind() {
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		return assign(target.Elem(), value)
	case reflect.Struct:
		for name, member := range value.(map[string]any) {
			// logs and Lambda write some members with a small first letter.
			field := target.FieldByNameFunc(func(own string) bool { return sameButFirst(own, name) })
			if !field.IsValid() {
				return fmt.Errorf("%s has no member %s", target.Type(), name)
			}
			if err := assign(field, member); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		target.Set(reflect.MakeMap(target.Type()))
		for name, member := range value.(map[string]any) {
			item := reflect.New(target.Type().Elem()).Elem()
			if err := assign(item, member); err != nil {
				return err
			}
			target.SetMapIndex(reflect.ValueOf(name).Convert(target.Type().Key()), item)
		}
		return nil
	case reflect.Slice:
		if target.Type().Elem().Kind() == reflect.Uint8 {
			bytes, err := decodeBytes(value)
			target.SetBytes(bytes)
			return err
		}
		list := value.([]any)
		target.Set(reflect.MakeSlice(target.Type(), len(list), len(list)))
		for i, member := range list {
			if err := assign(target.Index(i), member); err != nil {
				return err
			}
		}
		return nil
	default:
		target.Set(reflect.ValueOf(value).Convert(target.Type()))
		return nil
	}
}

func sameButFirst(own, name string) bool {
	return len(own) == len(name) && own[1:] == name[1:] && own[0]|0x20 == name[0]|0x20
}

func decodeBytes(value any) ([]byte, error) {
	if text, ok := value.(string); ok {
		return []byte(text), nil
	}
	return base64.StdEncoding.DecodeString(value.(map[string]any)["$bytes"].(string))
}

// isAbsent tells what an answer did not have; a flag that is no pointer always has a value.
func isAbsent(value reflect.Value) bool {
	return value.IsZero() && value.Kind() != reflect.Bool
}

// plain is what JSON can write of an answer; what is not set is left out. `small`: members begin with a small letter on
// AWS, where the SDK writes a capital.
func plain(value reflect.Value, small bool) any {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return nil
		}
		return plain(value.Elem(), small)
	case reflect.Struct:
		if at, ok := value.Interface().(time.Time); ok {
			return at.Format(time.RFC3339Nano)
		}
		out := map[string]any{}
		for i := range value.NumField() {
			name := value.Type().Field(i).Name
			if name == "ResultMetadata" || !value.Type().Field(i).IsExported() || isAbsent(value.Field(i)) {
				continue
			}
			if small {
				name = strings.ToLower(name[:1]) + name[1:]
			}
			out[name] = plain(value.Field(i), small)
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, key := range value.MapKeys() {
			out[key.String()] = plain(value.MapIndex(key), small)
		}
		return out
	case reflect.Slice:
		if value.Type().Elem().Kind() == reflect.Uint8 {
			return map[string]string{"$bytes": base64.StdEncoding.EncodeToString(value.Bytes())}
		}
		out := []any{}
		for i := range value.Len() {
			out = append(out, plain(value.Index(i), small))
		}
		return out
	default:
		return value.Interface()
	}
}

func call(clients map[string]any, asked request) (any, error) {
	method := reflect.ValueOf(clients[asked.Service]).MethodByName(asked.Operation)
	input := reflect.New(method.Type().In(1).Elem())
	if err := assign(input.Elem(), asked.Params); err != nil {
		return nil, err
	}
	out := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	if err, failed := out[1].Interface().(error); failed {
		return nil, err
	}
	result := plain(out[0], asked.Service == "logs" || smallNames[asked.Operation]).(map[string]any)
	if payload := out[0].Elem().FieldByName("Payload"); payload.IsValid() && payload.Kind() == reflect.Slice {
		result["Payload"] = string(payload.Bytes())
	}
	return result, nil
}

// Operations of SNS whose members begin with a small letter.
var smallNames = map[string]bool{
	"CheckIfPhoneNumberIsOptedOut": true, "GetSMSAttributes": true, "ListPhoneNumbersOptedOut": true,
}

func main() {
	settings, err := config.LoadDefaultConfig(context.Background(), config.WithRetryer(func() aws.Retryer {
		return aws.NopRetryer{}
	}))
	if err != nil {
		panic(err)
	}
	clients := map[string]any{
		"cloudformation": cloudformation.NewFromConfig(settings),
		"lambda":         lambda.NewFromConfig(settings),
		"logs":           cloudwatchlogs.NewFromConfig(settings),
		"sns":            sns.NewFromConfig(settings),
		"sqs":            sqs.NewFromConfig(settings),
		"sts":            sts.NewFromConfig(settings),
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		answer := map[string]any{}
		result, err := call(clients, asked)
		var refused smithy.APIError
		switch {
		case errors.As(err, &refused):
			answer["error"], answer["message"] = refused.ErrorCode(), refused.ErrorMessage()
		case err != nil:
			answer["error"], answer["message"] = "Client", err.Error()
		default:
			answer["result"] = result
		}
		line, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(line))
	}
}
