// Orders a ride and prints its fare, with amqp091-go and nothing of Gancang's own: go run . [SERVICE]
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	queue    = "app.example.go"
	patience = 30 * time.Second
)

type place struct {
	Lat   float64 `json:"lat"`
	Lng   float64 `json:"lng"`
	Label string  `json:"label,omitempty"`
}

type customer struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Locale string `json:"locale"`
}

type orderRequested struct {
	OrderID  string   `json:"order_id"`
	Service  string   `json:"service"`
	Customer customer `json:"customer"`
	Pickup   place    `json:"pickup"`
	Dropoff  place    `json:"dropoff"`
}

// answer has what we read of the three events; fields that we do not know are ignored.
type answer struct {
	OrderID   string `json:"order_id"`
	RequestID string `json:"request_id"`
	Reason    string `json:"reason"`
	Detail    string `json:"detail"`
	Pointer   string `json:"pointer"`
	Fare      struct {
		Total int `json:"total"`
	} `json:"fare"`
}

func main() {
	service := "ride"
	if len(os.Args) > 1 {
		service = os.Args[1]
	}
	sentence, err := order(os.Getenv("GANCANG_AMQP_URL"), service)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(sentence)
}

func order(url, service string) (string, error) {
	uri, err := amqp.ParseURI(url)
	if err != nil {
		return "", fmt.Errorf("GANCANG_AMQP_URL: %w", err)
	}
	connection, err := amqp.Dial(url)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	channel, err := connection.Channel()
	if err != nil {
		return "", err
	}
	deliveries, err := listen(channel)
	if err != nil {
		return "", err
	}
	orderID, requestID := "o-"+rand.Text(), rand.Text()
	request := orderRequested{
		OrderID:  orderID,
		Service:  service,
		Customer: customer{ID: "c-1", Kind: "tourist", Locale: "en"},
		Pickup:   place{Lat: -8.2106, Lng: 114.3745, Label: "Stasiun Banyuwangi Kota"},
		Dropoff:  place{Lat: -8.2192, Lng: 114.3691},
	}
	if err := publish(channel, uri.Username, requestID, "order.requested.v1", request); err != nil {
		return "", err
	}
	return await(deliveries, orderID, requestID)
}

// listen reads the answers from a queue of our own, bound before the first request leaves.
func listen(channel *amqp.Channel) (<-chan amqp.Delivery, error) {
	if _, err := channel.QueueDeclare(queue, true, false, false, false, nil); err != nil {
		return nil, err
	}
	for _, kind := range []string{"order.accepted.v1", "order.rejected.v1", "request.rejected.v1"} {
		if err := channel.QueueBind(queue, kind, "gancang.events", false, nil); err != nil {
			return nil, err
		}
	}
	return channel.Consume(queue, "", false, false, false, false, nil)
}

// publish sends a CloudEvent in binary mode and returns once the broker has taken it.
// Send the same id again after any doubt.
func publish(channel *amqp.Channel, user, id, kind string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if err := channel.Confirm(false); err != nil {
		return err
	}
	returned := channel.NotifyReturn(make(chan amqp.Return, 1))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, "gancang.requests", kind, true, false, amqp.Publishing{
		ContentType:  "application/json",
		DeliveryMode: amqp.Persistent,
		UserId:       user,
		Headers: amqp.Table{
			"ce-specversion": "1.0",
			"ce-id":          id,
			"ce-type":        kind,
			"ce-source":      "/apps/example-go",
			"ce-time":        time.Now().UTC().Format(time.RFC3339Nano),
		},
		Body: body,
	})
	if err != nil {
		return err
	}
	acknowledged, err := confirmation.WaitContext(ctx)
	if err != nil {
		return err
	}
	select {
	case back := <-returned:
		return fmt.Errorf("nobody listens to %s: %s", kind, back.ReplyText)
	default:
	}
	if !acknowledged {
		return fmt.Errorf("the broker did not take %s", kind)
	}
	return nil
}

func await(deliveries <-chan amqp.Delivery, orderID, requestID string) (string, error) {
	tooLate := time.After(patience)
	for {
		select {
		case delivery, open := <-deliveries:
			if !open {
				return "", fmt.Errorf("the connection was lost")
			}
			var data answer
			if err := json.Unmarshal(delivery.Body, &data); err != nil {
				return "", err
			}
			if err := delivery.Ack(false); err != nil {
				return "", err
			}
			switch kind := delivery.Headers["ce-type"]; {
			case data.RequestID == requestID:
				return "", fmt.Errorf("request refused, %s: %s %s", data.Reason, data.Detail, data.Pointer)
			case data.OrderID == orderID && kind == "order.rejected.v1":
				return "", fmt.Errorf("order %s rejected: %s", orderID, data.Reason)
			case data.OrderID == orderID && kind == "order.accepted.v1":
				return fmt.Sprintf("order %s accepted: Rp %d", orderID, data.Fare.Total), nil
			}
		case <-tooLate:
			return "", fmt.Errorf("no answer within %s", patience)
		}
	}
}
