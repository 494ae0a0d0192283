import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.ManagedChannelRegistry;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Set;
import org.apache.beam.fn.harness.FnHarness;

/** Beam's Java worker, whose gRPC to Google goes to the emulator at BIGQUERY_GRPC_HOST, without TLS. Beam's own gRPC is another copy. */
public final class PlainTextHarness {
  public static void main(String[] args) throws Exception {
    ManagedChannelRegistry.getDefaultRegistry().register(new ToTheEmulator(System.getenv("BIGQUERY_GRPC_HOST")));
    FnHarness.main(args);
  }

  private static final class ToTheEmulator extends ManagedChannelProvider {
    private final String host;

    ToTheEmulator(String host) {
      this.host = host;
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 10;
    }

    @Override
    protected ManagedChannelBuilder<?> builderForAddress(String name, int port) {
      return builderForTarget(name);
    }

    @Override
    protected ManagedChannelBuilder<?> builderForTarget(String target) {
      return NettyChannelBuilder.forTarget(host).usePlaintext();
    }

    @Override
    protected NewChannelBuilderResult newChannelBuilder(String target, ChannelCredentials credentials) {
      return NewChannelBuilderResult.channelBuilder(builderForTarget(target));
    }

    @Override
    protected Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
      return Set.of(InetSocketAddress.class);
    }
  }

  private PlainTextHarness() {}
}
