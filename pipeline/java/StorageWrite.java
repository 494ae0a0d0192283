import static org.apache.beam.sdk.values.TypeDescriptors.rows;

import java.util.List;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryStorageApiInsertError;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryUtils;
import org.apache.beam.sdk.io.gcp.bigquery.WriteResult;
import org.apache.beam.sdk.io.gcp.bigquery.providers.BigQueryWriteConfiguration;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.TypedSchemaTransformProvider;
import org.apache.beam.sdk.transforms.MapElements;
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
    return List.of("refused");
  }

  @Override
  protected SchemaTransform from(BigQueryWriteConfiguration configuration) {
    configuration.validate();
    return new SchemaTransform() {
      @Override
      public PCollectionRowTuple expand(PCollectionRowTuple input) {
        PCollection<Row> rows = input.getSinglePCollection();
        WriteResult result = rows.apply("write", writeOf(configuration, columnsOf(rows.getSchema(), ROW)));
        return PCollectionRowTuple.of("refused", refusedOf(result, columnsOf(rows.getSchema(), MESSAGE)));
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
    return result
        .getFailedStorageApiInserts()
        .apply("toRefused", MapElements.into(rows()).via(failed -> refusedOf(failed, refused, message)))
        .setRowSchema(refused);
  }

  private static Row refusedOf(BigQueryStorageApiInsertError failed, Schema refused, Schema message) {
    String error = failed.getErrorMessage();
    Row found = BigQueryUtils.toBeamRow(message, failed.getRow());
    return Row.withSchema(refused).addValues(found, error == null ? "" : error).build();
  }
}
