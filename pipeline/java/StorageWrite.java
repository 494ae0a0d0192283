import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.sdk.values.TypeDescriptors.rows;

import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryStorageApiInsertError;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryUtils;
import org.apache.beam.sdk.io.gcp.bigquery.WriteResult;
import org.apache.beam.sdk.io.gcp.bigquery.providers.BigQueryWriteConfiguration;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.TypedSchemaTransformProvider;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Duration;

/**
 * Beam's Storage Write, as bigquery_storage_write:v2 sets it up, for rows with their messages beside them: takes {row, message}, writes
 * {@code row}, and gives back {message, error} of each row that the table refuses for what it contains. v2 gives back the row alone, in
 * which a small double has become another, and fails for ever where an infinite one is in it.
 */
public final class StorageWrite extends TypedSchemaTransformProvider<BigQueryWriteConfiguration> {
  private static final String ROW = "row";
  private static final String MESSAGE = "message";
  private static final String REFUSED = "refused";
  private static final long SECONDS = 5;

  @Override
  public String identifier() {
    return "beam:schematransform:regulated_streaming_pipeline:storage_write:v1";
  }

  @Override
  public List<String> inputCollectionNames() {
    return List.of("input");
  }

  @Override
  public List<String> outputCollectionNames() {
    return List.of(REFUSED);
  }

  @Override
  protected SchemaTransform from(BigQueryWriteConfiguration configuration) {
    configuration.validate();
    return new SchemaTransform() {
      @Override
      public PCollectionRowTuple expand(PCollectionRowTuple input) {
        PCollection<Row> rows = input.getSinglePCollection();
        WriteResult result = rows.apply("write", writeOf(configuration, columnsOf(rows.getSchema(), ROW)));
        return PCollectionRowTuple.of(REFUSED, refusedOf(result, columnsOf(rows.getSchema(), MESSAGE)));
      }
    };
  }

  private static Schema columnsOf(Schema schema, String field) {
    return schema.getField(field).getType().getRowSchema();
  }

  private static BigQueryIO.Write<Row> writeOf(BigQueryWriteConfiguration asked, Schema columns) {
    BigQueryIO.Write<Row> write =
        BigQueryIO.<Row>write()
            .to(asked.getTable())
            // Values go as their fields' types say, not as the table's: nobody asks for it.
            .withSchema(BigQueryUtils.toTableSchema(columns))
            .withCreateDisposition(BigQueryIO.Write.CreateDisposition.CREATE_NEVER)
            .withWriteDisposition(BigQueryIO.Write.WriteDisposition.WRITE_APPEND)
            .withFormatFunction(row -> BigQueryUtils.toTableRow(row.getRow(ROW)))
            .withFormatRecordOnFailureFunction(row -> BigQueryUtils.toTableRow(row.getRow(MESSAGE)));
    if (asked.getKmsKey() != null) write = write.withKmsKey(asked.getKmsKey());
    if (Boolean.TRUE.equals(asked.getUseAtLeastOnceSemantics())) {
      return write.withMethod(BigQueryIO.Write.Method.STORAGE_API_AT_LEAST_ONCE);
    }
    Long seconds = asked.getTriggeringFrequencySeconds();
    write =
        write
            .withMethod(BigQueryIO.Write.Method.STORAGE_WRITE_API)
            .withTriggeringFrequency(Duration.standardSeconds(seconds == null ? SECONDS : seconds));
    Integer streams = asked.getNumStreams();
    return streams == null ? write.withAutoSharding() : write.withNumStorageWriteApiStreams(streams);
  }

  private static PCollection<Row> refusedOf(WriteResult result, Schema message) {
    Schema refused = Schema.builder().addRowField(MESSAGE, message).addStringField("error").build();
    // Beam would give it an id at random: another coder in each submission.
    refused.setUUID(UUID.nameUUIDFromBytes((message.getUUID() + REFUSED).getBytes(UTF_8)));
    return result
        .getFailedStorageApiInserts()
        .apply("toRefused", MapElements.into(rows()).via(new ToRefused(refused)))
        .setRowSchema(refused);
  }

  private static final class ToRefused implements SerializableFunction<BigQueryStorageApiInsertError, Row> {
    private final Schema refused;

    ToRefused(Schema refused) {
      this.refused = refused;
    }

    @Override
    public Row apply(BigQueryStorageApiInsertError failed) {
      String error = failed.getErrorMessage();
      Row message = BigQueryUtils.toBeamRow(columnsOf(refused, MESSAGE), failed.getRow());
      return Row.withSchema(refused).addValues(message, error == null ? "" : error).build();
    }
  }
}
