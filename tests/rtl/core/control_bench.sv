// array_control with all that varies between platforms as inputs, so that one build serves every platform. In place of
// the word streams it counts words (load_cycles, L) and takes s as given.
module control_bench (
    input  wire        clk,
    input  wire        reset,
    input  wire [ 6:0] pipeline_depth,
    input  wire [15:0] input_cycles,
    input  wire [ 4:0] write_interval,
    input  wire        shadow,
    input  wire        tile_valid,
    input  wire [11:0] tile_last_vector,
    input  wire [ 8:0] tile_last_group,
    input  wire        tile_first_slice,
    input  wire        tile_last_slice,
    input  wire        tile_ends_layer,
    input  wire [31:0] tile_load_cycles,
    input  wire [15:0] tile_outlier_cycles,
    input  wire        input_ready,
    input  wire        output_free,
    output wire        load_start,
    output wire        load_end,
    output wire        swap,
    output wire        issue,
    output wire        done,
    output wire [ 5:0] stall,
    output wire        drain_start,
    output wire        drain_last,
    output wire        drain_end
);
  reg [31:0] words_left;
  wire [31:0] words_now = load_start ? tile_load_cycles : words_left;
  wire word_ready;
  wire [15:0] loaded_s;
  always @(posedge clk) if (word_ready) words_left <= words_now - 1;

  array_control #(
      .VECTOR_BITS(12), .GROUP_BITS(9), .COUNT_BITS(16), .SIDE_BITS(16)
  ) control (
      .clk(clk), .reset(reset), .pipeline_depth(pipeline_depth), .input_cycles(input_cycles), .write_interval(write_interval),
      .shadow(shadow), .tile_valid(tile_valid), .tile_last_vector(tile_last_vector), .tile_last_group(tile_last_group),
      .tile_first_slice(tile_first_slice), .tile_last_slice(tile_last_slice), .tile_ends_layer(tile_ends_layer),
      .tile_side(tile_outlier_cycles), .word_last(words_now == 1), .load_start(load_start), .word_ready(word_ready),
      .load_end(load_end), .loaded_side(loaded_s), .loaded_outlier_cycles(loaded_s), .input_ready(input_ready), .swap(swap),
      .issue(issue), .issue_vector(), .slice_first(), .issue_side(), .outlier_cycles(), .issue_set(), .issue_bank(), .done(done),
      .stall(stall), .output_free(output_free), .drain(), .drain_start(drain_start), .drain_last(drain_last),
      .drain_end(drain_end), .drain_vector(), .drain_group(), .drain_bank(), .drain_side()
  );
endmodule
