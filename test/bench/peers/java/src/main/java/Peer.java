import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubIO;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubOptions;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubMessage;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;

/** Java Beam's DirectRunner: read, decode, parse to a tree, count. Prints the seconds from the first message to the last. */
public class Peer {
  static final AtomicLong seen = new AtomicLong();
  static volatile long first;
  static long count;
  static final ObjectMapper mapper = new ObjectMapper();

  public static void main(String[] args) {
    count = Long.parseLong(args[1]);
    PubsubOptions options = PipelineOptionsFactory.create().as(PubsubOptions.class);
    options.setPubsubRootUrl("http://" + System.getenv("PUBSUB_EMULATOR_HOST"));
    options.setProject("bench-project");
    options.setGcpCredential(null);
    options.setCredentialFactoryClass(org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory.class);
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("read", PubsubIO.readMessages().fromSubscription(args[0]))
        .apply("parse", ParDo.of(new Parse()));
    pipeline.run().waitUntilFinish();
  }

  static class Parse extends DoFn<PubsubMessage, Void> {
    @ProcessElement
    public void process(@Element PubsubMessage message) throws Exception {
      long now = System.nanoTime();
      if (seen.get() == 0) first = now;
      mapper.readTree(new String(message.getPayload(), StandardCharsets.UTF_8));
      if (seen.incrementAndGet() == count) {
        System.out.println((System.nanoTime() - first) / 1e9);
        System.out.flush();
        Runtime.getRuntime().halt(0);
      }
    }
  }
}
