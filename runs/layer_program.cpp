#include "runs/layer_program.h"

namespace symmetree {

const host_job* layer_program::next() {
    const layer_image* const image = next_layer();
    if (!image) return nullptr;
    const layer_descriptor& d = image->descriptor;
    descriptor_ = encode(d);
    tables_ = encode_tables(image->channels, image->fills);
    job_.contents = {{image->descriptor_address, &descriptor_},
                     {d.tables_address, &tables_},
                     {d.weights_address, &image->dense},
                     {d.outliers_address, &image->outliers},
                     {d.input_address, &image->input}};
    job_.descriptor_address = image->descriptor_address;
    job_.descriptors = 1;
    job_.result_address = d.output_address;
    job_.result_bytes = image->output_bytes;
    return &job_;
}

}  // namespace symmetree
