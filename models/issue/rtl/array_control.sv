// Control of the array core: the timing contract as a circuit. Joins the load of tiles, their issue and the drain.
// Ports   pipeline_depth P (with the stage of row_sum), input_cycles R, write_interval H, shadow: constants of a platform.
//         tile_*: the next tile to load, valid while tile_valid; taken at load_start. tile_side goes with the tile to its
//         issue, its end and its drain. word_last answers word_ready: the tile's last word is taken in this cycle.
//         loaded_outlier_cycles: s of the tile in the loaded registers.
// Every other port is described where it is made: load_control.sv, issue_control.sv, drain_control.sv.
// Timing  docs/timing-model.md        Twins  weight_loader, vector_issuer (models/issue), requantizer
module array_control #(
    parameter integer VECTOR_BITS = 8,
    parameter integer GROUP_BITS = 8,
    parameter integer COUNT_BITS = 16,
    parameter integer SIDE_BITS = 1
) (
    input  wire                   clk,
    input  wire                   reset,
    input  wire [            6:0] pipeline_depth,
    input  wire [ COUNT_BITS-1:0] input_cycles,
    input  wire [            4:0] write_interval,
    input  wire                   shadow,
    // load
    input  wire                   tile_valid,
    input  wire [VECTOR_BITS-1:0] tile_last_vector,
    input  wire [ GROUP_BITS-1:0] tile_last_group,
    input  wire                   tile_first_slice,
    input  wire                   tile_last_slice,
    input  wire                   tile_ends_layer,
    input  wire [  SIDE_BITS-1:0] tile_side,
    input  wire                   word_last,
    output wire                   load_start,
    output wire                   word_ready,
    output wire                   load_end,
    output wire [  SIDE_BITS-1:0] loaded_side,
    input  wire [ COUNT_BITS-1:0] loaded_outlier_cycles,
    // issue
    input  wire                   input_ready,
    output wire                   swap,
    output wire                   issue,
    output wire [VECTOR_BITS-1:0] issue_vector,
    output wire                   slice_first,
    output wire [  SIDE_BITS-1:0] issue_side,
    output wire [ COUNT_BITS-1:0] outlier_cycles,
    output wire                   issue_set,
    output wire                   issue_bank,
    output wire                   done,
    output wire [            5:0] stall,
    // drain
    input  wire                   output_free,
    output wire                   drain,
    output wire                   drain_start,
    output wire                   drain_last,
    output wire                   drain_end,
    output wire [VECTOR_BITS-1:0] drain_vector,
    output wire [ GROUP_BITS-1:0] drain_group,
    output wire                   drain_bank,
    output wire [  SIDE_BITS-1:0] drain_side
);
  localparam TILE_BITS = SIDE_BITS + GROUP_BITS;

  wire loading, loaded;
  load_control load (
      .clk(clk), .reset(reset), .tile_valid(tile_valid), .free_set(shadow ? swap : done), .swap(swap), .word_last(word_last),
      .load_start(load_start), .word_ready(word_ready), .loading(loading), .loaded(loaded), .load_end(load_end)
  );

  reg [VECTOR_BITS-1:0] last_vector;
  reg first_slice, last_slice, ends_layer;
  reg [TILE_BITS-1:0] tile;
  assign loaded_side = tile[SIDE_BITS-1:0];
  always @(posedge clk)
    if (load_start) begin
      last_vector <= tile_last_vector;
      first_slice <= tile_first_slice;
      last_slice <= tile_last_slice;
      ends_layer <= tile_ends_layer;
      tile <= {tile_last_group, tile_side};
    end

  wire done_last_slice;
  wire [VECTOR_BITS-1:0] done_last_vector;
  wire [COUNT_BITS-1:0] done_outlier_cycles;
  wire [TILE_BITS-1:0] issue_tile, done_tile;
  assign issue_side = issue_tile[SIDE_BITS-1:0];
  issue_control #(
      .VECTOR_BITS(VECTOR_BITS), .COUNT_BITS(COUNT_BITS), .SIDE_BITS(TILE_BITS)
  ) issuer (
      .clk(clk), .reset(reset), .input_cycles(input_cycles), .write_interval(write_interval), .loading(loading), .loaded(loaded),
      .loaded_last_vector(last_vector), .loaded_first_slice(first_slice), .loaded_last_slice(last_slice),
      .loaded_ends_layer(ends_layer), .loaded_side(tile), .loaded_outlier_cycles(loaded_outlier_cycles), .tile_valid(tile_valid),
      .input_ready(input_ready), .bank_freed(drain_last), .swap(swap), .issue(issue), .vector(issue_vector), .slice_first(slice_first),
      .side(issue_tile), .outlier_cycles(outlier_cycles), .set(issue_set), .bank(issue_bank), .done(done), .done_last_slice(done_last_slice),
      .done_last_vector(done_last_vector), .done_side(done_tile), .done_outlier_cycles(done_outlier_cycles), .stall(stall)
  );

  // min(s, R) - 1: a vector is whole R - 1 cycles after its issue, and only then do its outliers start.
  wire [COUNT_BITS-1:0] late = (done_outlier_cycles < input_cycles ? done_outlier_cycles : input_cycles) - 1'b1;
  drain_control #(
      .VECTOR_BITS(VECTOR_BITS), .GROUP_BITS(GROUP_BITS), .COUNT_BITS(COUNT_BITS), .SIDE_BITS(SIDE_BITS)
  ) drainer (
      .clk(clk), .reset(reset), .depth(pipeline_depth), .handover(done & done_last_slice), .last_vector(done_last_vector),
      .last_group(done_tile[TILE_BITS-1:SIDE_BITS]), .side(done_tile[SIDE_BITS-1:0]), .late(late), .output_free(output_free),
      .drain(drain), .drain_start(drain_start), .drain_last(drain_last), .vector(drain_vector), .group(drain_group),
      .bank(drain_bank), .drain_side(drain_side), .freed(drain_end)
  );
endmodule
