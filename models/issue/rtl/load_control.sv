// Loads one tile after the other into the weight registers. A load begins when a register set is free and the tile is there,
// takes a word per cycle until the stream says `word_last`, and leaves the tile `loaded` until it is swapped in.
//   load_start = max(set_free, tile_valid)     load_end = load_start + words
// Ports   tile_valid: all bytes of the next tile are in their bank; stays until load_start.
//         free_set: the set that may be loaded becomes free in this cycle, and a load may start in it: the swap with shadow
//         registers, the end of the tile's last vector without.
//         word_ready: a word of each port that has any is taken in this cycle; it must be there.
//         loaded, load_end: from the cycle of load_end until the swap; in the cycle of load_end.
// Timing  docs/timing-model.md, "Weights"        Twin  weight_loader, models/issue/weight_loader.h
// Without decoding of the words: weight_stream.sv, outlier_stream.sv.
module load_control (
    input  wire clk,
    input  wire reset,
    input  wire tile_valid,
    input  wire free_set,
    input  wire swap,
    input  wire word_last,
    output wire load_start,
    output wire word_ready,
    output reg  loading,
    output reg  loaded,
    output reg  load_end
);
  reg set_is_free;

  assign load_start = tile_valid & ~loading & (set_is_free | free_set);
  assign word_ready = load_start | loading;

  always @(posedge clk)
    if (reset) begin
      set_is_free <= 1'b1;
      loading <= 1'b0;
      loaded <= 1'b0;
      load_end <= 1'b0;
    end else begin
      set_is_free <= (set_is_free | free_set) & ~load_start;
      loading <= word_ready & ~word_last;
      loaded <= (word_ready & word_last) | (loaded & ~swap);
      load_end <= word_ready & word_last;
    end
endmodule
