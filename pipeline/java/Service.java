import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.expansion.service.ExpansionServer;
import org.apache.beam.sdk.expansion.service.ExpansionService;
import org.apache.beam.sdk.expansion.service.ExpansionServiceOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PortablePipelineOptions;

/**
 * Beam's expansion service on the loopback address alone: Beam's own main listens on every address of the machine. Says where on standard
 * output, in one line of JSON, and ends when its standard input does.
 */
public final class Service {
  private static final Logger ROOT = Logger.getLogger("");

  public static void main(String[] args) throws Exception {
    ROOT.setLevel(Level.parse(args[0]));
    PipelineOptionsFactory.register(ExpansionServiceOptions.class);
    PipelineOptions options = PipelineOptionsFactory.create();
    // Everything that a worker needs is in its image. Where nothing is to be staged, Beam takes all of the class path: 165 MB.
    options.as(PortablePipelineOptions.class).setFilesToStage(List.of(oneSmallFile()));
    ExpansionServer server = ExpansionServer.create(new ExpansionService(options, null), "127.0.0.1", 0);
    System.out.println("{\"expansionService\":\"127.0.0.1:" + server.getPort() + "\"}");
    untilTheEndOf(System.in);
    System.exit(0);
  }

  private static String oneSmallFile() throws Exception {
    return Path.of(Service.class.getResource("Service.class").toURI()).toString();
  }

  private static void untilTheEndOf(InputStream input) throws Exception {
    byte[] nothing = new byte[256];
    while (input.read(nothing) >= 0) {}
  }

  private Service() {}
}
