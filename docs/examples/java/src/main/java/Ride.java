import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Orders a ride and prints its fare, with amqp-client and nothing of Gancang's own: mvn -q compile exec:java. */
public final class Ride {
    private static final String QUEUE = "app.example.java";
    private static final List<String> ANSWERS = List.of("order.accepted.v1", "order.rejected.v1", "request.rejected.v1");
    private static final int PATIENCE_S = 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) {
        try {
            System.out.println(order(System.getenv("GANCANG_AMQP_URL"), arguments.length > 0 ? arguments[0] : "ride"));
        } catch (Exception problem) {
            Throwable reason = problem;
            while (reason.getCause() != null) {
                reason = reason.getCause();
            }
            System.err.println(reason.getMessage());
            System.exit(1);
        }
    }

    private static String order(String url, String service) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(Objects.requireNonNull(url, "GANCANG_AMQP_URL is not set"));
        if (factory.getVirtualHost().isEmpty()) {
            factory.setVirtualHost("/"); // amqp://host/ names the default one in every other client
        }
        try (Connection connection = factory.newConnection("example-java"); Channel channel = connection.createChannel()) {
            BlockingQueue<Delivery> deliveries = listen(channel);
            String orderId = "o-" + UUID.randomUUID();
            String requestId = UUID.randomUUID().toString();
            Map<String, Object> order = Map.of(
                "order_id", orderId,
                "service", service,
                "customer", Map.of("id", "c-1", "kind", "tourist", "locale", "en"),
                "pickup", Map.of("lat", -8.2106, "lng", 114.3745, "label", "Stasiun Banyuwangi Kota"),
                "dropoff", Map.of("lat", -8.2192, "lng", 114.3691));
            publish(channel, factory.getUsername(), requestId, "order.requested.v1", order);
            return await(deliveries, orderId, requestId);
        }
    }

    /** The answers come to a queue of our own, bound before the first request leaves. */
    private static BlockingQueue<Delivery> listen(Channel channel) throws Exception {
        channel.queueDeclare(QUEUE, true, false, false, null);
        for (String type : ANSWERS) {
            channel.queueBind(QUEUE, "gancang.events", type);
        }
        BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        channel.basicConsume(QUEUE, false, (tag, delivery) -> {
            deliveries.add(delivery);
            channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
        }, tag -> { });
        return deliveries;
    }

    /** A CloudEvent in binary mode; returns once the broker has taken it. Send the same id again after any doubt. */
    private static void publish(Channel channel, String user, String id, String type, Object data) throws Exception {
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
            .contentType("application/json")
            .deliveryMode(2)
            .userId(user)
            .headers(Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-type", type,
                "ce-source", "/apps/example-java",
                "ce-time", Instant.now().toString()))
            .build();
        AtomicBoolean returned = new AtomicBoolean();
        channel.addReturnListener(message -> returned.set(true));
        channel.confirmSelect();
        channel.basicPublish("gancang.requests", type, true, properties, JSON.writeValueAsBytes(data));
        channel.waitForConfirmsOrDie(TimeUnit.SECONDS.toMillis(PATIENCE_S));
        if (returned.get()) {
            throw new IllegalStateException("nobody listens to " + type);
        }
    }

    private static String await(BlockingQueue<Delivery> deliveries, String orderId, String requestId) throws Exception {
        Delivery delivery;
        while ((delivery = deliveries.poll(PATIENCE_S, TimeUnit.SECONDS)) != null) {
            JsonNode data = JSON.readTree(delivery.getBody());
            String type = String.valueOf(delivery.getProperties().getHeaders().get("ce-type"));
            if (requestId.equals(data.path("request_id").asText())) {
                throw new IllegalStateException("request refused, %s: %s %s".formatted(
                    data.path("reason").asText(), data.path("detail").asText(), data.path("pointer").asText()));
            }
            if (!orderId.equals(data.path("order_id").asText())) {
                continue;
            }
            if (type.equals("order.rejected.v1")) {
                throw new IllegalStateException("order %s rejected: %s".formatted(orderId, data.path("reason").asText()));
            }
            if (type.equals("order.accepted.v1")) {
                return "order %s accepted: Rp %d".formatted(orderId, data.path("fare").path("total").asLong());
            }
        }
        throw new IllegalStateException("no answer within " + PATIENCE_S + " s");
    }
}
